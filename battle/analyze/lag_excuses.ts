// How long a router can't know that a provider has fallen behind: a fault takes it back without a word, and until its
// next probe all that it says is what it would say anyway. Answers from behind in this time are counted apart, not as
// wrong. Where a fault grows, the time begins with the first step that goes beyond what the router allows.

import type { FaultRecord, RunRecord } from "../model/record.ts";
import type { Scenario } from "../model/scenario.ts";
import { durationSetting } from "./router_setting.ts";

/** The time in which answers of one provider may come from behind. */
export interface LagExcuse {
  /** Of the fault. */
  readonly id: string;
  readonly provider: string;
  readonly fromUs: number;
  readonly untilUs: number;
  /** So far behind it may be. */
  readonly blocks: number;
}

/** A provider's failure is seen within this time (product.md section 10). */
const seenWithinMs = 5_000;
/** Steps of a fault that grows, and faults that follow on each other, are one. */
const joinUs = 1_000_000;

/**
 * What a router can take to see that a provider is behind: a probe's interval and its timeout, 5 s at most. Without
 * probes nothing is waited for: it will never look.
 */
export function detectionMs(scenario: Scenario): number {
  const intervalMs = durationSetting(scenario, ["health", "interval"]) ?? 4_000;
  const timeoutMs = durationSetting(scenario, ["health", "timeout"]) ?? 3_000;
  return intervalMs === 0 ? 0 : Math.min(seenWithinMs, intervalMs + timeoutMs);
}

/** In the order of their beginnings. `lagBlocks`: so far behind is no fault. */
export function lagExcuses(
  record: RunRecord,
  chain: string,
  lagBlocks: number,
  withinMs: number,
): readonly LagExcuse[] {
  if (withinMs === 0) return [];
  const open = new Map<string, { readonly excuse: LagExcuse; readonly endUs: number }>();
  const found: LagExcuse[] = [];
  for (const { id, provider, startUs, endUs, blocks } of lagsOf(record.faults, chain)) {
    if (blocks <= lagBlocks) continue;
    const before = open.get(provider);
    const goesOn = before !== undefined && startUs <= before.endUs + joinUs;
    const first = goesOn ? before.excuse : { id, provider, fromUs: startUs, blocks };
    const untilUs = first.fromUs + withinMs * 1_000;
    const excuse = { ...first, untilUs, blocks: Math.max(first.blocks, blocks) };
    if (goesOn) found.splice(found.indexOf(before.excuse), 1, excuse);
    else found.push(excuse);
    open.set(provider, { excuse, endUs: Math.max(endUs, goesOn ? before.endUs : endUs) });
  }
  return found;
}

interface Lag {
  readonly id: string;
  readonly provider: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly blocks: number;
}

function lagsOf(faults: readonly FaultRecord[], chain: string): readonly Lag[] {
  return faults.flatMap(({ id, fault, chain: at, provider, startUs, endUs }) =>
    fault.kind === "lag" && provider !== null && at === chain
      ? [{ id, provider, startUs, endUs, blocks: fault.blocks }]
      : []
  ).sort((a, b) => a.startUs - b.startUs);
}
