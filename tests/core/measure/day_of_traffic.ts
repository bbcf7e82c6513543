// A day of one chain's traffic on virtual time, as a process of its own with `--v8-flags=--expose-gc`: prints as JSON
// what a meter with all it measures holds in memory, after each hour. 4 providers × 2 transports × 12 methods × 2
// strategies at a rate that goes up and down with the day, and a burst every hour.

import { VirtualClock } from "../../../core/virtual_clock.ts";
import { Meter } from "../../../core/measure/meter.ts";
import { seededRandom } from "../../../core/random.ts";
import { candidate, lognormal } from "./support.ts";

const methods = [
  "eth_call",
  "eth_blockNumber",
  "eth_getBalance",
  "eth_getLogs",
  "eth_getBlockByNumber",
  "eth_getTransactionReceipt",
  "eth_getTransactionCount",
  "eth_estimateGas",
  "eth_gasPrice",
  "eth_getCode",
  "eth_getStorageAt",
  "eth_sendRawTransaction",
];
const outcomes = ["ok", "ok", "ok", "ok", "ok", "ok", "server", "rate_limited", "missing_data"] as const;
const channels = ["a", "b", "c", "d"].flatMap((provider) => [
  candidate(provider),
  candidate(provider, { transport: "ws" }),
]);
const burst = 20_000;

const { gc } = globalThis as { gc?: () => void };
if (gc === undefined) throw new Error("start it with --v8-flags=--expose-gc");

function heldBytes(): number {
  gc!();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}

const random = seededRandom(24);
const clock = new VirtualClock();
const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)]!;

function traffic(meter: Meter, calls: number): void {
  for (let i = 0; i < calls; i++) {
    const method = pick(methods);
    const strategy = random.next() < 0.7 ? "fastest" : "cheapest";
    const ms = lognormal(random, 50, 1);
    const now = clock.now();
    meter.attempt("ethereum", pick(channels), method, ms, pick(outcomes), false, now, strategy);
    meter.request("ethereum", method, random.next() < 0.99 ? "ok" : "timeout", ms, 0.1, now, strategy, false);
  }
}

const told = { cells: 0, calls: 0, attempts: 0 };
const before = heldBytes();
const meter = new Meter({
  clock,
  build: {},
  memory: () => ({ rss: 1, heap_used: 1 }),
  cells: {
    second: (_at, cells) => {
      for (const { key, n } of cells) {
        told.cells++;
        if (key.kind === "call") told.calls += n;
        else if (key.kind === "attempt") told.attempts += n;
      }
    },
  },
});
meter.chain("ethereum");
const bytes: number[] = [];
let calls = 0;
for (let hour = 0; hour < 24; hour++) {
  const perSecond = 1 + 4 * (1 + Math.sin(hour / 24 * 2 * Math.PI));
  for (let second = 0; second < 3_600; second++) {
    const many = second === 1_800 ? burst : Math.round(perSecond * random.next());
    traffic(meter, many);
    calls += many;
    await clock.advance(1_000);
    if (second % 60 === 0) meter.live.chain("ethereum");
  }
  bytes.push(heldBytes() - before);
}
meter[Symbol.dispose]();
console.log(JSON.stringify({ bytes, calls, told }));
