// A chart's figures as a table, for who can't see the picture. Some of the points, evenly spread.

import type { JSX } from "preact";
import { span } from "../format/number.ts";
import { time } from "../format/time.ts";
import { type ChartData, spreadOf } from "../models/chart_data.ts";
import { type ShownUnit, written } from "../models/chart_units.ts";

const most = 12;

export function ChartTable({ title, data: { times, lines, stepMs }, unit }: {
  readonly title: string;
  readonly data: ChartData;
  readonly unit: ShownUnit;
}): JSX.Element {
  const places = spreadOf(times.length, most);
  const apart = stepMs * Math.ceil(times.length / most);
  return (
    <div class="hidden">
      <table>
        <caption>{`${title}, a point every ${span(apart)}`}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {lines.map(({ label }) => <th key={label} scope="col">{label}</th>)}
          </tr>
        </thead>
        <tbody>
          {places.map((k) => (
            <tr key={times[k]}>
              <th scope="row">{time(times[k] ?? 0)}</th>
              {lines.map(({ label, values }) => <td key={label}>{written(unit, values[k] ?? null)}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
