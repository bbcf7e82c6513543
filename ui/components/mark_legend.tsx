// What the shapes on top of charts mean: those that are on the page's time at this moment.

import type { JSX } from "preact";
import { type MarkKind, markKinds, markNames } from "../models/marks.ts";
import { marks } from "../models/timeline.ts";

const shapes: Readonly<Record<MarkKind, string>> = {
  fault: "M6 1 11 11H1z",
  breaker: "M1.2 3 3 1.2 6 4.2 9 1.2 10.8 3 7.8 6 10.8 9 9 10.8 6 7.8 3 10.8 1.2 9 4.2 6z",
  config: "M1 1h10v10H1z",
  deploy: "M2 1 11 6 2 11z",
  alert: "M6 0.5 11.5 6 6 11.5 0.5 6z",
};

export function MarkLegend(): JSX.Element | null {
  const shown = markKinds.filter((kind) => marks.value.some((mark) => mark.kind === kind));
  if (shown.length === 0) return null;
  return (
    <ul class="legend mark-legend" aria-label="Marks on the charts">
      {shown.map((kind) => (
        <li key={kind}>
          <svg class={`shape ${kind}`} viewBox="0 0 12 12" aria-hidden="true">
            <path d={shapes[kind]} />
          </svg>
          {markNames[kind]}
        </li>
      ))}
    </ul>
  );
}
