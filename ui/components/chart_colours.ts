// What a canvas can't take from the style sheet by itself: the colours of the theme in force, resolved; and the strokes
// by which lines differ beside their colour.

import type { MarkKind } from "../models/marks.ts";

export interface ChartColours {
  readonly lines: readonly string[];
  readonly text: string;
  readonly grid: string;
  readonly marks: Readonly<Record<MarkKind, string>>;
}

/** Dashes in CSS px, in the order of `lines`. */
export const strokes: readonly (readonly number[])[] = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 4], [1, 4]];

/** Of the place where `host` stands. */
export function chartColours(host: HTMLElement): ChartColours {
  const probe = host.appendChild(document.createElement("i"));
  const colour = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colours: ChartColours = {
    lines: strokes.map((_, i) => colour(`line-${i + 1}`)),
    text: colour("muted"),
    grid: colour("line"),
    marks: {
      fault: colour("bad"),
      breaker: colour("warn"),
      config: colour("muted"),
      deploy: colour("good"),
      alert: colour("bad"),
    },
  };
  probe.remove();
  return colours;
}

/** Calls back when the system's colours change. Returns the end of it. */
export function onSystemTheme(changed: () => void): () => void {
  const query = matchMedia("(prefers-color-scheme: dark)");
  query.addEventListener("change", changed);
  return () => query.removeEventListener("change", changed);
}
