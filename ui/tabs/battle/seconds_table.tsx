// The timeline of a run as a table, for who can't see the drawing.

import type { JSX } from "preact";
import { count, millis } from "../../format/number.ts";
import type { Point } from "../../models/battle.ts";

export function SecondsTable({ timeline }: { readonly timeline: readonly Point[] }): JSX.Element {
  return (
    <div class="hidden">
      <table>
        <caption>Timeline by the second</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">Requests</th>
            <th scope="col">Failures</th>
            <th scope="col">Failovers</th>
            <th scope="col">p50</th>
            <th scope="col">p99</th>
          </tr>
        </thead>
        <tbody>
          {timeline.slice(0, 300).map((point) => (
            <tr key={point.at_ms}>
              <td>{millis(point.at_ms)}</td>
              <td>{count(point.requests)}</td>
              <td>{count(point.failures)}</td>
              <td>{count(point.failovers)}</td>
              <td>{millis(point.p50_ms)}</td>
              <td>{millis(point.p99_ms)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
