// A link to another view of the page: a real link, followed without loading the page again.

import type { ComponentChildren, JSX } from "preact";
import { type Change, go, pathOf } from "../models/view.ts";

export function ViewLink({ to, children, class: name, current }: {
  readonly to: Change;
  readonly children: ComponentChildren;
  readonly class?: string;
  readonly current?: boolean;
}): JSX.Element {
  return (
    <a
      href={pathOf(to)}
      class={name}
      aria-current={current ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
