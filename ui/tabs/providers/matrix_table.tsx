// The matrix where there is room for it: a row per provider, a column per method, those that are called most first.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { count, none } from "../../format/number.ts";
import { type HeatBy, type Matrix, type MatrixCell, mediansOf } from "../../models/heat.ts";
import { figureOf, heatClass, tipOf } from "./matrix_cell.ts";

const mostMethods = 8;
const mostProviders = 12;
/** CSS px of a column: with few of them the table is no wider than they need. */
const widths = { first: 190, method: 190 };

export function MatrixTable({ chain, data, by }: {
  readonly chain: string;
  readonly data: Matrix;
  readonly by: HeatBy;
}): JSX.Element {
  const medians = mediansOf(data, by);
  const methods = data.methods.slice(0, mostMethods);
  const providers = mostAsked(data);
  const cells = new Map(data.cells.map((cell) => [`${cell.provider} ${cell.method}`, cell]));
  return (
    <div class="matrix-table">
      <table class="matrix" style={{ maxWidth: `${widths.first + methods.length * widths.method}px` }}>
        <caption class="hidden">{by} of providers of {chain} by method</caption>
        <thead>
          <tr>
            <th scope="col">Provider</th>
            {methods.map((method) => <th key={method} scope="col" class="mono">{broken(method)}</th>)}
          </tr>
        </thead>
        <tbody>
          {providers.map((provider) => (
            <tr key={provider}>
              <th scope="row">
                <ViewLink to={{ params: { provider, on: chain } }}>{provider}</ViewLink>
              </th>
              {methods.map((method) => (
                <Cell
                  key={method}
                  cell={cells.get(`${provider} ${method}`)}
                  by={by}
                  median={medians.get(method) ?? null}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {(data.methods.length > mostMethods || data.providers.length > mostProviders) && (
        <p class="note">
          {[
            ...(data.methods.length > mostMethods
              ? [`${data.methods.length - mostMethods} rarer methods`]
              : []),
            ...(data.providers.length > mostProviders
              ? [`${data.providers.length - mostProviders} more providers`]
              : []),
          ].join(" and ")} are in the data behind it.
        </p>
      )}
    </div>
  );
}

/** Those with most samples, by their names. */
function mostAsked({ providers, cells }: Matrix): readonly string[] {
  if (providers.length <= mostProviders) return providers;
  const sums = new Map<string, number>();
  for (const { provider, n } of cells) sums.set(provider, (sums.get(provider) ?? 0) + n);
  const kept = new Set([...sums].sort(([, a], [, b]) => b - a).slice(0, mostProviders).map(([id]) => id));
  return providers.filter((id) => kept.has(id));
}

/** A method's name that may be broken where a word of it begins. */
function broken(method: string): (string | JSX.Element)[] {
  return method.split(/(?=[A-Z])|(?<=_)/).flatMap((part, i) => i === 0 ? [part] : [<wbr key={i} />, part]);
}

function Cell({ cell, by, median }: {
  readonly cell: MatrixCell | undefined;
  readonly by: HeatBy;
  readonly median: number | null;
}): JSX.Element {
  if (cell === undefined) return <td class="heat-none" title="Not asked in this time">{none}</td>;
  return (
    <td class={heatClass(cell, by, median)} title={tipOf(cell)}>
      {figureOf(cell, by)}
      <small>n {count(cell.n)}</small>
    </td>
  );
}
