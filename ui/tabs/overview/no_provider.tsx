// There is no provider, or none of them answers: why, and what to do about it.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { State } from "../../components/state.tsx";
import { chains, shownChains } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

const example = `chains:
  ethereum:
    chain_id: 1
    providers:
      - id: mine
        url: https://rpc.example.com`;

const most = 6;

export function NoProvider(): JSX.Element {
  const isOne = chains.value.length > 0;
  const named = chainInView.value;
  return (
    <Panel title="No provider" api="/api/providers" wide>
      <div class="first-run">
        <p>
          {named !== null && isOne
            ? `Neither a chain nor a provider is configured for ${named}, so no call to it can be served.`
            : isOne
            ? "No provider is configured for what is in view, so no call can be served."
            : "No chain is configured that may be shown here, so no call can be served."}{" "}
          Write one into the config file; it is taken without a restart:
        </p>
        <pre class="snippet" tabIndex={0}>{example}</pre>
        <p>
          <code>lasso check</code> says whether the file is good, <code>lasso probe</code>{" "}
          whether its providers answer. What is in force is shown under{" "}
          <ViewLink to={{ tab: "system" }}>System</ViewLink>.
        </p>
      </div>
    </Panel>
  );
}

export function Unreachable(): JSX.Element {
  const rows = shownChains.value.filter(({ awake }) => awake)
    .flatMap(({ name, providers }) => providers.map((provider) => ({ chain: name, provider })));
  return (
    <Panel title="No provider answers" api="/api/providers" wide>
      <div class="first-run">
        <p>
          Every provider that was asked has failed, and no call was served in the last hour. Can this machine
          reach them? <code>lasso probe</code> asks each one and says what comes back.
        </p>
        <ul class="endpoints">
          {rows.slice(0, most).map(({ chain, provider: { id, state, reason } }) => (
            <li key={`${chain} ${id}`}>
              <State state={state} />{" "}
              <ViewLink to={{ tab: "providers", chain, params: { provider: id } }}>{id}</ViewLink>{" "}
              <span class="note">{chain}</span> {reason ?? ""}
            </li>
          ))}
        </ul>
        {rows.length > most && <p class="note">and {rows.length - most} more</p>}
      </div>
    </Panel>
  );
}
