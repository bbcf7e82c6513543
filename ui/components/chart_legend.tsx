// What each line of a chart is, with its value where the cursor is, or else the newest; and what that value rests on.
// The cursor must not change how much room they take.

import type { JSX } from "preact";
import { count, span } from "../format/number.ts";
import { type ChartData, stepAt } from "../models/chart_data.ts";
import { type ShownUnit, written } from "../models/chart_units.ts";
import { strokes } from "./chart_colours.ts";
import { At } from "./ago.tsx";

export function ChartLegend({ data: { lines, leftOut }, unit, colours, at }: {
  readonly data: ChartData;
  readonly unit: ShownUnit;
  readonly colours: readonly number[];
  /** Place of the point that is told; null: nothing is known. */
  readonly at: number | null;
}): JSX.Element {
  return (
    <ul class="legend">
      {lines.map(({ label, values }, i) => (
        <li key={label}>
          <svg
            viewBox="0 0 22 8"
            aria-hidden="true"
            style={{ stroke: `var(--line-${(colours[i] ?? 0) + 1})` }}
          >
            <path d="M0 4h22" stroke-dasharray={strokes[colours[i] ?? 0]?.join(" ")} />
          </svg>
          <span>{label}</span>
          <strong class="figure">{written(unit, at === null ? null : values[at] ?? null)}</strong>
        </li>
      ))}
      {leftOut > 0 && <li class="note">and {leftOut} more, not drawn</li>}
    </ul>
  );
}

/** The width of the point and its samples, and when it was where the cursor chose it. */
export function PointNote({ data, at, pointed }: {
  readonly data: ChartData;
  readonly at: number | null;
  readonly pointed: boolean;
}): JSX.Element | null {
  const moment = at === null ? undefined : data.times[at];
  if (at === null || moment === undefined) return null;
  const n = data.lines.reduce((most, line) => Math.max(most, line.n[at] ?? 0), 0);
  return (
    <p class="note figure">
      {pointed && (
        <>
          at <At at={moment} />,{" "}
        </>
      )}
      {`per ${span(stepAt(data, at))}, n ${count(n)}`}
    </p>
  );
}
