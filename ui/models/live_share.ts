// Who serves the calls right now: shares over the newest routing events, which move at once where the figures of a
// minute move slowly. Pure but for the hook, which keeps a minute of them.

import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { RoutingRow } from "./reduce.ts";
import { answeredBy } from "./routing_text.ts";
import { now, routing } from "./store.ts";

export interface LiveShare {
  /** Of the chain's calls among the newest. */
  readonly share: number;
  readonly calls: number;
}

export interface LiveShares {
  /** By `chain/provider`. */
  readonly of: ReadonlyMap<string, LiveShare>;
  /** Calls by chain, those that found nobody too; not those that Lasso answered by itself. */
  readonly n: ReadonlyMap<string, number>;
}

/** `since`: epoch ms; older events don't count. Samples of the sampler are counted only where `tests` is true. */
export function sharesOf(rows: readonly RoutingRow[], since: number, tests = false): LiveShares {
  const n = new Map<string, number>();
  const calls = new Map<string, number>();
  for (const row of rows) {
    const { chain, provider_id, at, test = false } = row;
    if (chain === undefined || at < since || test !== tests || answeredBy(row) === "Lasso") continue;
    n.set(chain, (n.get(chain) ?? 0) + 1);
    if (provider_id === null) continue;
    const key = `${chain}/${provider_id}`;
    calls.set(key, (calls.get(key) ?? 0) + 1);
  }
  const of = new Map<string, LiveShare>();
  for (const [key, many] of calls) {
    of.set(key, { share: many / n.get(key.slice(0, key.lastIndexOf("/")))!, calls: many });
  }
  return { of, n };
}

/** Shares of the seconds of the last minute, oldest first; null: the chain had no call then. */
export type ShareTrails = ReadonlyMap<string, readonly (number | null)[]>;

const points = 60;
const windowMs = 3_000;

/** Each provider's share as it moves, a point a second, from when the part is shown on. */
export function useShareTrails(keys: readonly string[]): ReadonlySignal<ShareTrails> {
  const trails = useMemo(() => signal<ShareTrails>(new Map()), []);
  const known = keys.join(" ");
  useEffect(() =>
    effect(() => {
      const { of, n } = sharesOf(routing.peek(), now.value - windowMs);
      const before = trails.peek();
      trails.value = new Map(keys.map((key) => {
        const chain = key.slice(0, key.lastIndexOf("/"));
        const value = n.has(chain) ? of.get(key)?.share ?? 0 : null;
        return [key, [...(before.get(key) ?? []).slice(-(points - 1)), value]];
      }));
    }), [known]);
  return trails;
}
