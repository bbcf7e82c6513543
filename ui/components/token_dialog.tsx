// Asks for the admin token, once for the tab; one that the router does not take is told, and asked again. Whoever needs
// it awaits `askToken` of models/questions.ts.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isDenied, setToken, tokenProblem } from "../models/api.ts";
import { askingToken } from "../models/questions.ts";
import { reconnect } from "../models/store.ts";

export function TokenDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asking = askingToken.value;
  useEffect(() => {
    setProblem(null);
    if (asking === null) dialog.current?.close();
    else if (!dialog.current?.open) dialog.current?.showModal();
  }, [asking]);
  const take = async (form: HTMLFormElement): Promise<void> => {
    const given = String(new FormData(form).get("token") ?? "");
    const wrong = await tokenProblem(given);
    form.reset();
    if (wrong !== null) {
      return setProblem(isDenied(wrong) ? "The router does not take this token." : wrong.message);
    }
    setToken(given);
    reconnect(given);
    asking?.answer(true);
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="token-title"
      onClose={() => asking?.answer(false)}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          void take(event.currentTarget);
        }}
      >
        <h2 id="token-title">Admin token</h2>
        <p>
          This needs the token of <code>server.admin_token</code>. It stays in this tab.
        </p>
        <label>
          Token{" "}
          <input
            name="token"
            type="password"
            autocomplete="off"
            required
            aria-invalid={problem !== null}
            aria-describedby={problem === null ? undefined : "token-problem"}
          />
        </label>
        {problem !== null && <p id="token-problem" class="failed" role="alert">{problem}</p>}
        <p class="buttons">
          <button type="submit">Use it</button>
          <button type="button" class="quiet" onClick={() => asking?.answer(false)}>Cancel</button>
        </p>
      </form>
    </dialog>
  );
}
