// Asks for the admin token, once for the tab. Whoever needs it awaits `askToken` of models/questions.ts.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { setToken } from "../models/api.ts";
import { askingToken } from "../models/questions.ts";
import { reconnect } from "../models/store.ts";

export function TokenDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const asking = askingToken.value;
  useEffect(() => {
    if (asking === null) dialog.current?.close();
    else if (!dialog.current?.open) dialog.current?.showModal();
  }, [asking]);
  const end = (given: string | null): void => {
    if (given !== null) {
      setToken(given);
      reconnect(given);
    }
    asking?.answer(given !== null);
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="token-title"
      onClose={() => end(null)}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get("token");
          event.currentTarget.reset();
          end(typeof given === "string" && given !== "" ? given : null);
        }}
      >
        <h2 id="token-title">Admin token</h2>
        <p>
          What changes something needs the token of <code>server.admin_token</code>. It stays in this tab.
        </p>
        <label>
          Token <input name="token" type="password" autocomplete="off" required />
        </label>
        <p class="buttons">
          <button type="submit">Use it</button>
          <button type="button" class="quiet" onClick={() => end(null)}>Cancel</button>
        </p>
      </form>
    </dialog>
  );
}
