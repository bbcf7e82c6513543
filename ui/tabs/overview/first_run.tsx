// Nobody has called yet: how to make the first call, and where to point an application.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { shownChains } from "../../models/store.ts";

export function FirstRun(): JSX.Element {
  const names = shownChains.value.map(({ name }) => name);
  const url = (name: string): string => `${location.origin}/rpc/${name}`;
  const first = url(names[0] ?? "ethereum");
  return (
    <Panel title="Ready for the first call" api="/v1/chains" wide>
      <div class="first-run">
        <p>
          No client has called since Lasso was started, so there are no figures yet. Providers are asked for
          their head from the first call on. Make one, and this page fills by itself:
        </p>
        <pre class="snippet" tabIndex={0}>{`curl ${first} -H 'content-type: application/json' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"eth_blockNumber","params":[]}'`}</pre>
        <p>An application needs its endpoint only; the same address takes WebSockets:</p>
        <ul class="endpoints">
          {names.slice(0, 8).map((name) => (
            <li key={name}>
              <b>{name}</b> <code>{url(name)}</code>
            </li>
          ))}
        </ul>
        {names.length > 8 && <p class="note">and {names.length - 8} more chains, by their names</p>}
      </div>
    </Panel>
  );
}
