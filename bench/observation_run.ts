// The inside of the observation figure, as a process of its own so that nothing else has shaped the compiled code or
// the heap: `deno run -A bench/observation_run.ts ROUNDS` prints one line of JSON. What a recorder does for a call
// with one attempt, at 25,000 calls a second of a time that is moved by hand, so that seconds are drained on the way.

import process from "node:process";
import type { Clock, Timer } from "../core/clock.ts";
import { ChainCounters } from "../core/measure/chain_counters.ts";
import { ChainMeasure } from "../core/measure/chain_measure.ts";
import { FixedHistogram, overheadBounds } from "../core/measure/fixed_histogram.ts";
import { Meter } from "../core/measure/meter.ts";
import { type Recorder, silentRecorder } from "../core/measure/recorder.ts";
import type { Candidate } from "../core/plugins/strategy.ts";
import { seededRandom } from "../core/random.ts";

const observationCases = ["nothing", "before", "all"] as const;

/** µs of a call, by what is observed. */
export type ObservationRound = Readonly<Record<typeof observationCases[number], number>>;

const callGapMs = 0.04;
const calls = 500_000;
const warmUpCalls = 200_000;
const chain = "ethereum";
const strategies = ["fastest", "fastest", "fastest", "cheapest"];
const methods = [
  "eth_call",
  "eth_call",
  "eth_blockNumber",
  "eth_getBalance",
  "eth_getLogs",
  "eth_getBlockByNumber",
  "eth_getTransactionReceipt",
  "eth_estimateGas",
];

/** Moves when told; fires what is due at once. */
class HandClock implements Clock {
  #now = 0;
  readonly #pending = new Set<{ due: number; fire: () => void }>();
  #nextDue = Infinity;

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return 1_700_000_000_000 + this.#now;
  }

  after(ms: number, fire: () => void): Timer {
    const timer = { due: this.#now + ms, fire };
    this.#pending.add(timer);
    this.#nextDue = Math.min(this.#nextDue, timer.due);
    return { cancel: () => void this.#pending.delete(timer) };
  }

  move(ms: number): void {
    this.#now += ms;
    if (this.#now < this.#nextDue) return;
    const due = [...this.#pending].filter((timer) => timer.due <= this.#now);
    for (const timer of due) {
      this.#pending.delete(timer);
      timer.fire();
    }
    this.#nextDue = Math.min(Infinity, ...[...this.#pending].map((timer) => timer.due));
  }
}

/** What was recorded before there was history: what strategies read, and counters for scrapes. */
function withoutCollection(clock: Clock): Recorder {
  const measure = new ChainMeasure(clock);
  const counters = new ChainCounters();
  const overhead = new FixedHistogram(overheadBounds);
  return {
    ...silentRecorder,
    attempt: (_chain, candidate, method, ms, outcome, atLeast, at) => {
      measure.record(candidate, method, ms, outcome, atLeast, at);
      counters.channel(candidate.id, candidate.provider, candidate.transport).duration.observe(ms);
    },
    request: (_chain, method, outcome, endToEndMs, overheadMs) => {
      counters.request(method, outcome);
      counters.duration.observe(endToEndMs);
      overhead.observe(overheadMs);
    },
  };
}

function recorderFor(name: keyof ObservationRound, clock: Clock): Recorder {
  if (name === "nothing") return silentRecorder;
  if (name === "before") return withoutCollection(clock);
  let heard = 0;
  const meter = new Meter({
    clock,
    build: {},
    memory: () => ({ rss: 1, heap_used: 1 }),
    cells: {
      second: (_at, cells) => {
        for (const { n } of cells) heard += n;
      },
    },
  });
  meter.chain(chain);
  return meter;
}

const random = seededRandom(3);
const candidates: Candidate[] = ["a", "b", "c", "d"].flatMap((provider, position) =>
  (["http", "ws"] as const).map((transport) => ({
    id: `${provider}:${transport}`,
    provider,
    transport,
    type: "public",
    priority: 1,
    position,
    group: "main",
    cost: { perCall: 10, methods: {}, usdPerMillion: 1 },
    inFlight: 0,
    breaker: "closed",
    head: null,
    lagBlocks: null,
  } satisfies Candidate))
);
// Drawn before, so that drawing is in no time.
const draws = Array.from({ length: 4_096 }, () => ({
  candidate: candidates[Math.floor(random.next() * candidates.length)]!,
  method: methods[Math.floor(random.next() * methods.length)]!,
  strategy: strategies[Math.floor(random.next() * strategies.length)]!,
  ms: 5 + 60 * random.next() ** 3,
}));

function record(recorder: Recorder, clock: HandClock, many: number): void {
  for (let i = 0; i < many; i++) {
    clock.move(callGapMs);
    const now = clock.now();
    const { candidate, method, strategy, ms } = draws[i & 4_095]!;
    recorder.attempt(chain, candidate, method, ms, "ok", false, now, strategy);
    recorder.request(chain, method, "ok", ms + 0.05, 0.05, now, strategy, false);
  }
}

if (import.meta.main) {
  const rounds: ObservationRound[] = [];
  const made = observationCases.map((name) => {
    const clock = new HandClock();
    const recorder = recorderFor(name, clock);
    record(recorder, clock, warmUpCalls);
    return { name, clock, recorder };
  });
  for (let round = 0; round < Number(Deno.args[0]); round++) {
    const of: Record<string, number> = {};
    for (const { name, clock, recorder } of made) {
      // Time of the processor: what else runs on the machine is not in it.
      const from = process.cpuUsage();
      record(recorder, clock, calls);
      const { user, system } = process.cpuUsage(from);
      of[name] = (user + system) / calls;
    }
    rounds.push(of as unknown as ObservationRound);
  }
  console.log(JSON.stringify(rounds));
}
