// A panel of what only admins may read. Asked for when somebody wants to see it: each such question is audited itself.

import type { ComponentChildren, JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { token } from "../../models/api.ts";
import { askToken } from "../../models/questions.ts";
import { snapshot } from "../../models/store.ts";
import { go, param } from "../../models/view.ts";

export function AdminOnly({ title, name, about, api, again, wide = false, children }: {
  readonly title: string;
  /** In the address: whether it is shown. */
  readonly name: string;
  readonly about: string;
  readonly api: string;
  /** Asks anew. */
  readonly again: () => void;
  readonly wide?: boolean;
  readonly children: () => ComponentChildren;
}): JSX.Element {
  const admin = snapshot.value?.admin ?? "none";
  const may = admin === "loopback" || token.value !== null;
  const isShown = param(name) !== "" && may;
  const show = async (): Promise<void> => {
    if (await askToken()) go({ params: { [name]: "shown" }, replace: true });
  };
  return (
    <Panel
      title={title}
      note={about}
      api={api}
      wide={wide && isShown}
      actions={isShown && (
        <>
          <button type="button" class="quiet" onClick={again}>renew</button>
          <button
            type="button"
            class="quiet"
            onClick={() => go({ params: { [name]: "" }, replace: true })}
          >
            hide
          </button>
        </>
      )}
    >
      {isShown ? children() : admin === "none"
        ? (
          <p class="quiet-line">
            Only admins may read it, and from here nobody is one: no <code>server.admin_token</code>{" "}
            is configured, and this page was not opened on the router's own machine.
          </p>
        )
        : (
          <p>
            <button type="button" onClick={() => void show()}>
              {may ? "Show it" : "Show it (needs the admin token)"}
            </button>
          </p>
        )}
    </Panel>
  );
}
