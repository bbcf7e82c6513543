// What the measurement's tests share: candidates, a meter on virtual time, and draws of plausible latencies.

import type { VirtualClock } from "../../../core/virtual_clock.ts";
import type { Candidate } from "../../../core/plugins/strategy.ts";
import type { Random } from "../../../core/random.ts";
import { Meter } from "../../../core/measure/meter.ts";

export function candidate(provider: string, over: Partial<Candidate> = {}): Candidate {
  return {
    id: `${provider}:${over.transport ?? "http"}`,
    provider,
    transport: "http",
    type: "public",
    priority: 1,
    position: 0,
    group: "main",
    cost: { perCall: 1, methods: {}, usdPerMillion: null },
    inFlight: 0,
    breaker: "closed",
    head: null,
    lagBlocks: null,
    ...over,
  };
}

export function meterOn(clock: VirtualClock): Meter {
  return new Meter({
    clock,
    build: { version: "1.2.3", deno: "2.9.6", v8: "15", typescript: "6" },
    memory: () => ({ rss: 4096, heap_used: 10, heap_total: 20, external: 5 }),
  });
}

/** Lognormal around `median` ms, by the Box-Muller transform. */
export function lognormal(random: Random, median: number, sigma: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return median * Math.exp(sigma * normal);
}
