// One of a few, kept in the address: links side by side, the chosen one marked.

import type { JSX } from "preact";
import { go, pathOf } from "../models/view.ts";

export function Choice({ name, label, options, chosen, usual }: {
  /** Of the parameter. */
  readonly name: string;
  /** What is chosen. */
  readonly label: string;
  readonly options: readonly { readonly id: string; readonly label: string }[];
  readonly chosen: string;
  /** The one that need not stand in the address. */
  readonly usual: string;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((one) => {
        const change = { params: { [name]: one.id === usual ? "" : one.id }, replace: true };
        return (
          <a
            key={one.id}
            href={pathOf(change)}
            aria-current={one.id === chosen ? "true" : undefined}
            onClick={(event) => {
              if (event.ctrlKey || event.metaKey || event.shiftKey) return;
              event.preventDefault();
              go(change);
            }}
          >
            {one.label}
          </a>
        );
      })}
    </div>
  );
}
