// The matrix on a narrow page: each method with its providers, the best first.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { count } from "../../format/number.ts";
import { type HeatBy, type Matrix, mediansOf, valueOf } from "../../models/heat.ts";
import { figureOf, heatClass } from "./matrix_cell.ts";

const mostMethods = 8;
const mostProviders = 8;

export function MatrixList({ chain, data, by }: {
  readonly chain: string;
  readonly data: Matrix;
  readonly by: HeatBy;
}): JSX.Element {
  const medians = mediansOf(data, by);
  return (
    <ul class="matrix-list">
      {data.methods.slice(0, mostMethods).map((method) => (
        <li key={method}>
          <h3 class="mono">{method}</h3>
          <ul>
            {data.cells.filter((cell) => cell.method === method)
              .sort((a, b) => (valueOf(a, by) ?? Infinity) - (valueOf(b, by) ?? Infinity))
              .slice(0, mostProviders)
              .map((cell) => (
                <li key={cell.provider}>
                  <ViewLink to={{ params: { provider: cell.provider, on: chain } }}>{cell.provider}</ViewLink>
                  <span class="note">n {count(cell.n)}</span>
                  <span class={`figure ${heatClass(cell, by, medians.get(method) ?? null)}`}>
                    {figureOf(cell, by)}
                  </span>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}
