// What happened where the cursor is, beside it on the chart.

import type { JSX } from "preact";
import { type Mark, type MarkGroup, markNames } from "../models/marks.ts";
import { At } from "./ago.tsx";

const most = 4;
const mostLetters = 90;
/** Of the axis at the left, in CSS px. */
const axisPx = 66;

export function MarkNote({ left, groups, width }: {
  /** CSS px from the left of the plot. */
  readonly left: number;
  readonly groups: readonly MarkGroup[];
  readonly width: number;
}): JSX.Element {
  const all: readonly Mark[] = groups.flatMap(({ marks }) => marks);
  const x = left + axisPx;
  const side = x > width / 2 ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` };
  return (
    <ul class="mark-note" style={side}>
      {all.slice(0, most).map((mark) => (
        <li key={`${mark.at} ${mark.text}`}>
          <At at={mark.at} /> <strong>{markNames[mark.kind]}</strong> {shortened(mark.text)}
        </li>
      ))}
      {all.length > most && <li class="note">and {all.length - most} more</li>}
    </ul>
  );
}

function shortened(text: string): string {
  return text.length <= mostLetters ? text : `${text.slice(0, mostLetters)}…`;
}
