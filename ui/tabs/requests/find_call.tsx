// Finds one call by its id, as an answer's metadata, X-Lasso-Request-ID and the log have it. `/` leads here.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { go } from "../../models/view.ts";

const idForm = /^[\w-]{1,64}$/;

export function FindCall(): JSX.Element {
  const [problem, setProblem] = useState<string | null>(null);
  const find = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }): void => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get("id") ?? "").trim();
    if (given === "") return;
    if (!idForm.test(given)) {
      setProblem("An id has letters, digits, - and _ only.");
      return;
    }
    setProblem(null);
    event.currentTarget.reset();
    go({ params: { id: given } });
  };
  return (
    <form class="find-call" role="search" onSubmit={find}>
      <input
        type="search"
        name="id"
        data-search=""
        placeholder="Request id (/)"
        aria-label="Find a call by its request id"
        aria-invalid={problem !== null}
        aria-describedby={problem === null ? undefined : "find-problem"}
        autocomplete="off"
        spellcheck={false}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <button type="submit">Find</button>
      {problem !== null && <p id="find-problem" class="failed" role="alert">{problem}</p>}
    </form>
  );
}
