// How long a simulated provider takes to answer. Each kind is drawn from the randomness that is given, in
// milliseconds, never below zero.

import type { Random } from "../../core/random.ts";

export type Latency =
  | { readonly kind: "fixed"; readonly ms: number }
  | { readonly kind: "uniform"; readonly min: number; readonly max: number }
  /** Mean and standard deviation; what falls below zero is zero. */
  | { readonly kind: "normal"; readonly mean: number; readonly sd: number }
  /** The least value, and how fast the tail falls: at shape 1.5 it is heavy, at 3 it is light. Cut at `max`. */
  | { readonly kind: "pareto"; readonly min: number; readonly shape: number; readonly max: number };

export function sampleLatencyMs(latency: Latency, random: Random): number {
  switch (latency.kind) {
    case "fixed":
      return latency.ms;
    case "uniform":
      return latency.min + random.next() * (latency.max - latency.min);
    case "normal": {
      // Box and Muller, 1958. 1 - next() is never 0, so the logarithm is finite.
      const radius = Math.sqrt(-2 * Math.log(1 - random.next()));
      return Math.max(0, latency.mean + latency.sd * radius * Math.cos(2 * Math.PI * random.next()));
    }
    case "pareto":
      return Math.min(latency.max, latency.min * (1 - random.next()) ** (-1 / latency.shape));
  }
}

/** Says what is wrong with a latency, or null. */
export function latencyProblem(latency: Latency): string | null {
  const numbers = Object.entries(latency).filter((entry): entry is [string, number] =>
    typeof entry[1] === "number"
  );
  const bad = numbers.find(([, value]) => !(value >= 0 && Number.isFinite(value)));
  if (bad !== undefined) {
    return `latency.${bad[0]} must be a finite number of 0 or more: it is ${bad[1]}`;
  }
  if (latency.kind === "pareto" && latency.shape === 0) return "latency.shape must be above 0: it is 0";
  if ((latency.kind === "uniform" || latency.kind === "pareto") && latency.min > latency.max) {
    return `latency.min must not be above latency.max: ${latency.min} is above ${latency.max}`;
  }
  return null;
}
