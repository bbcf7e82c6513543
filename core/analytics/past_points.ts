// A past time of one chain, point by point: what was attempted, called and gauged in each minute (or wider cell). Asked
// from history in pieces that grow and shrink with what they hold, so that no answer is a long task to take in.

import type { CellAnswer, CellGroup, CellQuery, Dimension, History } from "../measure/history/model.ts";
import { type PastCell, pastCell } from "./past_cell.ts";
import type { WorkSlices } from "./work_slices.ts";

export interface PastPoint {
  /** Begin and end in epoch ms. */
  readonly from: number;
  readonly to: number;
  readonly cells: readonly PastCell[];
  /** Client calls by method. */
  readonly calls: ReadonlyMap<string, number>;
  /** Newest value of a provider's gauge within the point. */
  readonly heads: ReadonlyMap<string, number>;
  readonly lags: ReadonlyMap<string, number>;
}

export interface PastRange {
  readonly chain: string;
  /** Epoch ms, multiples of the width. */
  readonly from: number;
  readonly to: number;
  /** Width of a point; history raises it for times of which it keeps no more. */
  readonly widthMs: number;
}

/** Groups that one answer should hold. */
const groupsWanted = 600;
/** Points of one question: history widens points beyond 300. */
const mostPoints = 250;

/** Oldest first; only points with attempts or calls. */
export async function* pastPoints(
  history: Pick<History, "cells">,
  { chain, from, to, widthMs }: PastRange,
  slices: WorkSlices,
): AsyncGenerator<PastPoint> {
  let width = widthMs;
  let points = 5;
  for (let begin = from; begin < to;) {
    const end = Math.min(to, begin + points * width);
    const ask = (kind: CellQuery["kind"], by: readonly Dimension[], name?: string): Promise<CellAnswer> => {
      const where = { chain, ...(name === undefined ? {} : { name }) };
      const histograms = kind === "attempt";
      return history.cells({ kind, from: begin, to: end, stepMs: width, by, where, histograms });
    };
    const [attempts, calls, heads, lags] = await Promise.all([
      ask("attempt", ["name", "provider", "transport"]),
      ask("call", ["name"]),
      ask("gauge", ["provider"], "head"),
      ask("gauge", ["provider"], "lag_blocks"),
    ]);
    slices.renew();
    if (attempts.stepMs > width) {
      // No more is kept of that time: asked again in whole cells, or their parts would count several times.
      width = attempts.stepMs;
      begin = Math.floor(begin / width) * width;
      continue;
    }
    const byTime = (answer: CellAnswer): Map<number, CellGroup[]> =>
      Map.groupBy(answer.groups, ({ at }) => at);
    const [attemptsAt, callsAt, headsAt, lagsAt] = [attempts, calls, heads, lags].map(byTime);
    const times = new Set([...attemptsAt!.keys(), ...callsAt!.keys()]);
    for (const at of [...times].sort((a, b) => a - b)) {
      const cells: PastCell[] = [];
      for (const group of attemptsAt!.get(at) ?? []) {
        cells.push(pastCell(group));
        if (slices.due) await slices.pause();
      }
      yield {
        from: at,
        to: at + width,
        cells,
        calls: new Map((callsAt!.get(at) ?? []).map(({ key, n }) => [key.name ?? "", n])),
        heads: gauges(headsAt!.get(at)),
        lags: gauges(lagsAt!.get(at)),
      };
    }
    const perPoint = Math.max(1, attempts.groups.length / ((end - begin) / width));
    points = Math.max(1, Math.min(mostPoints, points * 4, Math.floor(groupsWanted / perPoint)));
    begin = end;
  }
}

function gauges(groups: readonly CellGroup[] = []): ReadonlyMap<string, number> {
  const known = groups.flatMap(({ key, last }): [string, number][] =>
    last === null || !key.provider ? [] : [[key.provider, last]]
  );
  return new Map(known);
}
