// Asks for the admin token, once for the tab. Whoever needs it awaits `askToken`.

import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { setToken, token } from "../models/api.ts";
import { reconnect, snapshot } from "../models/store.ts";

const waiting = signal<((given: boolean) => void) | null>(null);

/** False: the user gave none. True at once where none is needed or it was given before. */
export function askToken(): Promise<boolean> {
  if (token.value !== null || snapshot.value?.admin === "loopback") return Promise.resolve(true);
  return new Promise((resolve) => waiting.value = resolve);
}

export function TokenDialog(): JSX.Element | null {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = waiting.value !== null;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  const end = (given: string | null): void => {
    if (given !== null) {
      setToken(given);
      reconnect(given);
    }
    waiting.value?.(given !== null);
    waiting.value = null;
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="token-title"
      onClose={() => waiting.value !== null && end(null)}
    >
      <form
        method="dialog"
        onSubmit={(event) => {
          event.preventDefault();
          const given = new FormData(event.currentTarget).get("token");
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
