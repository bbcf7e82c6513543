// Puts faults into time: schedules become stretches in whole µs, a ramp becomes steps of growing strength. What would
// begin after the end is left out, what would end after it ends with it. Pure; called by the plan.

import type { Fault, FaultSchedule, FaultSpec, PlannedFault } from "../model/fault.ts";

/** Of a whole plan; a fault that makes more by itself is not followed any further. */
export const MOST_STRETCHES = 10_000;

/** In order of time; stretches of one fault have its id. */
export function placeFaults(faults: readonly FaultSpec[], endUs: number): PlannedFault[] {
  return faults.flatMap((spec) => stretchesOf(spec, endUs)).toSorted((a, b) => a.startUs - b.startUs);
}

/** Happens at one moment and is over: nothing has to be lifted. `router_kill` is one where no time is given. */
function isSingleAct({ kind }: Fault): boolean {
  return kind === "drop_sockets" || kind === "reorg" || kind === "router_kill";
}

function stretchesOf({ schedule, ...spec }: FaultSpec, endUs: number): PlannedFault[] {
  const planned: PlannedFault[] = [];
  const { id, chain, provider, methods } = spec;
  const place = (startUs: number, lengthUs: number | null, strength = 1): void => {
    if (startUs >= endUs) return;
    const { fault, share } = weakened(spec, strength);
    const isAct = lengthUs === null && isSingleAct(fault);
    const stretchEndUs = isAct ? null : Math.min(lengthUs === null ? endUs : startUs + lengthUs, endUs);
    planned.push({ id, fault, chain, provider, share, methods, startUs, endUs: stretchEndUs });
  };
  for (const { startUs, lengthUs, strength } of timesOf(schedule, endUs)) {
    if (planned.length > MOST_STRETCHES) break;
    place(startUs, lengthUs, strength);
  }
  return planned;
}

interface Stretch {
  readonly startUs: number;
  readonly lengthUs: number | null;
  readonly strength: number;
}

function* timesOf(schedule: FaultSchedule, endUs: number): Generator<Stretch> {
  switch (schedule.kind) {
    case "at":
      yield { startUs: micro(schedule.atMs), lengthUs: microOrNull(schedule.forMs), strength: 1 };
      return;
    case "every": {
      const everyUs = Math.max(1, micro(schedule.everyMs));
      for (let startUs = micro(schedule.fromMs); startUs < endUs; startUs += everyUs) {
        yield { startUs, lengthUs: microOrNull(schedule.forMs), strength: 1 };
      }
      return;
    }
    case "flap": {
      const [fromUs, onUs, offUs] = [micro(schedule.fromMs), micro(schedule.onMs), micro(schedule.offMs)];
      const lastUs = Math.min(endUs, fromUs + micro(schedule.forMs));
      for (let startUs = fromUs; startUs < lastUs; startUs += onUs + offUs) {
        yield { startUs, lengthUs: Math.min(onUs, lastUs - startUs), strength: 1 };
      }
      return;
    }
    case "ramp": {
      const [fromUs, wholeUs] = [micro(schedule.fromMs), micro(schedule.forMs)];
      const edge = (step: number): number => fromUs + Math.round((wholeUs * step) / schedule.steps);
      for (let step = 0; step < schedule.steps; step++) {
        const strength = (step + 1) / schedule.steps;
        yield { startUs: edge(step), lengthUs: edge(step + 1) - edge(step), strength };
      }
    }
  }
}

/** A fault with part of its strength: less of its amount, or, where it has none, of the requests that it hits. */
function weakened(
  { fault, share }: Pick<FaultSpec, "fault" | "share">,
  strength: number,
): { readonly fault: Fault; readonly share: number } {
  if (strength === 1) return { fault, share };
  switch (fault.kind) {
    case "latency":
      return {
        fault: { ...fault, ms: part(fault.ms, strength), jitterMs: part(fault.jitterMs, strength) },
        share,
      };
    case "brownout":
      return { fault: { ...fault, extraMs: part(fault.extraMs, strength) }, share };
    case "lag":
      return { fault: { ...fault, blocks: part(fault.blocks, strength) }, share };
    case "late_events":
      return { fault: { ...fault, ms: part(fault.ms, strength) }, share };
    case "skip_events":
    case "duplicate_events":
      return { fault: { ...fault, share: fault.share * strength }, share };
    default:
      return { fault, share: share * strength };
  }
}

function part(amount: number, strength: number): number {
  return Math.ceil(amount * strength);
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}

function microOrNull(ms: number | null): number | null {
  return ms === null ? null : micro(ms);
}
