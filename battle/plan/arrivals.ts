// When requests are to start, in whole µs, fixed before the run so that a slow answer can't delay what comes behind it
// (coordinated omission). Pure. The time before 0 is the warm-up; it runs at the rate with which the run begins.

import type { Random } from "../../core/random.ts";
import type { Arrival } from "../model/scenario.ts";
import { exponential } from "./exponential.ts";

export type OpenArrival = Exclude<Arrival, { readonly kind: "closed" }>;

/** A stretch of time with a rate that stays or changes evenly. */
interface Segment {
  readonly startUs: number;
  readonly endUs: number;
  readonly fromPerSecond: number;
  readonly toPerSecond: number;
}

/** Times from 0 to below `durationUs`, ascending. Only the Poisson model draws from `random`. */
export function arrivalTimes(arrival: OpenArrival, durationUs: number, random: Random): number[] {
  if (arrival.kind === "poisson") return poissonTimes(arrival.perSecond, 0, durationUs, random);
  return evenTimes(segmentsOf(arrival, durationUs));
}

/** Times from −`warmupUs` to below 0, ascending. */
export function warmupTimes(arrival: OpenArrival, warmupUs: number, random: Random): number[] {
  const perSecond = firstRate(arrival);
  if (arrival.kind === "poisson") return poissonTimes(perSecond, -warmupUs, 0, random);
  return evenTimes([{ startUs: -warmupUs, endUs: 0, fromPerSecond: perSecond, toPerSecond: perSecond }]);
}

/** About how many there will be, warm-up and run. */
export function expectedStarts(arrival: OpenArrival, warmupUs: number, durationUs: number): number {
  const segments = arrival.kind === "poisson"
    ? [{ startUs: 0, endUs: durationUs, fromPerSecond: arrival.perSecond, toPerSecond: arrival.perSecond }]
    : segmentsOf(arrival, durationUs);
  const ofRun = segments.reduce(
    (sum, { startUs, endUs, fromPerSecond, toPerSecond }) =>
      sum + Math.max(0, endUs - startUs) * (fromPerSecond + toPerSecond) / 2e6,
    0,
  );
  return ofRun + firstRate(arrival) * warmupUs / 1e6;
}

function firstRate(arrival: OpenArrival): number {
  switch (arrival.kind) {
    case "ramp":
      return arrival.fromPerSecond;
    case "steps":
      return arrival.perSecond[0] ?? 0;
    default:
      return arrival.perSecond;
  }
}

function segmentsOf(arrival: Exclude<OpenArrival, { readonly kind: "poisson" }>, endUs: number): Segment[] {
  const level = (startUs: number, upToUs: number, perSecond: number): Segment => ({
    startUs,
    endUs: Math.min(upToUs, endUs),
    fromPerSecond: perSecond,
    toPerSecond: perSecond,
  });
  switch (arrival.kind) {
    case "constant":
      return [level(0, endUs, arrival.perSecond)];
    case "ramp":
      return [{
        startUs: 0,
        endUs,
        fromPerSecond: arrival.fromPerSecond,
        toPerSecond: arrival.toPerSecond,
      }];
    case "spike": {
      const [startUs, spikeEndUs] = [micro(arrival.atMs), micro(arrival.atMs + arrival.forMs)];
      return [
        level(0, startUs, arrival.perSecond),
        level(startUs, spikeEndUs, arrival.peakPerSecond),
        level(spikeEndUs, endUs, arrival.perSecond),
      ];
    }
    case "steps": {
      const eachUs = micro(arrival.eachMs);
      const last = arrival.perSecond.length - 1;
      // The last step lasts to the end.
      return arrival.perSecond.map((perSecond, index) =>
        level(index * eachUs, index === last ? endUs : (index + 1) * eachUs, perSecond)
      );
    }
  }
}

/** Request number k starts when the rate, summed up over time, reaches k. */
function evenTimes(segments: readonly Segment[]): number[] {
  const times: number[] = [];
  let before = 0;
  for (const { startUs, endUs, fromPerSecond, toPerSecond } of segments) {
    if (endUs <= startUs) continue;
    const seconds = (endUs - startUs) / 1e6;
    const after = before + ((fromPerSecond + toPerSecond) / 2) * seconds;
    const gain = (toPerSecond - fromPerSecond) / seconds;
    for (let number = Math.ceil(before); number < after; number++) {
      const due = number - before;
      const afterUs = gain === 0 ? (due * 1e6) / fromPerSecond : risingUs(due, fromPerSecond, gain);
      times.push(Math.min(startUs + Math.round(afterUs), endUs - 1));
    }
    before = after;
  }
  return times;
}

/** The time x with rate·x + gain·x²/2 = due, in µs. This form of the root also holds for a rate of 0. */
function risingUs(due: number, perSecond: number, gain: number): number {
  if (due === 0) return 0;
  return (2e6 * due) / (perSecond + Math.sqrt(Math.max(0, perSecond * perSecond + 2 * gain * due)));
}

function poissonTimes(perSecond: number, startUs: number, endUs: number, random: Random): number[] {
  const meanGapUs = 1e6 / perSecond;
  const times: number[] = [];
  for (
    let at = startUs + exponential(random) * meanGapUs;
    at < endUs;
    at += exponential(random) * meanGapUs
  ) {
    times.push(Math.floor(at));
  }
  return times;
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}
