// The filter of a list, kept in the address. `/` leads to it, Esc empties it.

import type { JSX } from "preact";
import { go, param } from "../models/view.ts";

export function Search({ name = "q", placeholder }: {
  readonly name?: string;
  readonly placeholder: string;
}): JSX.Element {
  const set = (value: string): void => go({ params: { [name]: value }, replace: true });
  return (
    <input
      type="search"
      data-search=""
      aria-label={`Filter: ${placeholder}`}
      placeholder={placeholder}
      size={placeholder.length}
      value={param(name)}
      onInput={({ currentTarget }) => set(currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        set("");
        event.currentTarget.blur();
      }}
    />
  );
}
