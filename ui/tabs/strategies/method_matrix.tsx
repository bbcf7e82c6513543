// Methods down, strategies across, one figure at a time. The best of a row is marked; what little is known of is dim.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { dollars, millis, none, percent } from "../../format/number.ts";
import {
  bestOf,
  type Compared,
  type Figure,
  figureOf,
  littleKnown,
  methodsOf,
  type StrategyRow,
  strategyRows,
} from "../../models/strategy_rows.ts";
import { param } from "../../models/view.ts";

const figures: readonly { readonly id: Figure; readonly label: string }[] = [
  { id: "p50", label: "p50" },
  { id: "p95", label: "p95" },
  { id: "p99", label: "p99" },
  { id: "cost", label: "$ per 1,000" },
];

export function MethodMatrix({ compared }: { readonly compared: Compared }): JSX.Element {
  const figure = figures.find(({ id }) => id === param("by"))?.id ?? "p95";
  const names = compared.strategies.map(({ strategy }) => strategy);
  return (
    <>
      <Choice name="by" label="Figure" options={figures} chosen={figure} usual="p95" />
      <div class="table-frame">
        <table class="rows method-matrix">
          <caption class="hidden">Methods by strategies, expected</caption>
          <thead>
            <tr>
              <th scope="col">Method</th>
              {names.map((name) => <th key={name} scope="col" class="figure">{name}</th>)}
            </tr>
          </thead>
          <tbody>
            {methodsOf(compared, true).map(({ method }) => {
              const rows = strategyRows(compared, method);
              const best = bestOf(rows, figure);
              return (
                <tr key={method}>
                  <th scope="row">
                    <code>{method}</code>
                  </th>
                  {names.map((name) => {
                    const row = rows.find(({ strategy, kind }) => strategy === name && kind === "expected");
                    return <Cell key={name} name={name} row={row} figure={figure} best={best} />;
                  })}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="note">
        ◆ the least of those that enough is known of. Dim: less than half of the calls is known.
      </p>
    </>
  );
}

function Cell({ name, row, figure, best }: {
  readonly name: string;
  readonly row: StrategyRow | undefined;
  readonly figure: Figure;
  readonly best: number | null;
}): JSX.Element {
  const value = row === undefined ? null : figureOf(row, figure);
  const known = row?.known ?? null;
  const isDim = figure !== "cost" && (known ?? 0) < littleKnown;
  const isBest = value !== null && value === best && !isDim;
  const why = value === null ? "Not known: too few samples" : `${percent(known)} of the calls known`;
  return (
    <td class={`figure${isDim ? " dim" : ""}${isBest ? " best" : ""}`} data-label={name} title={why}>
      {isBest && <span class="least" role="img" aria-label="least">◆</span>}
      {value === null ? none : figure === "cost" ? dollars(value) : millis(value)}
    </td>
  );
}
