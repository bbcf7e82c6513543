// Everything at once for a long time: reads, batches, calls over WebSocket, writes and subscribers, with faults drawn from
// the seed. Nothing may fail that a provider could have answered, and memory must not creep up.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "Ten minutes of mixed load under random faults; nothing fails and memory does not creep.";

const soakFaults = [
  "kill",
  "blackhole",
  "reset",
  "latency",
  "bandwidth",
  "cutBody",
  "dropSockets",
  "status",
  "htmlPage",
  "nullResult",
  "wrongId",
  "malformed",
  "truncated",
  "brownout",
  "stall",
  "stallSubscriptions",
  "lateEvents",
] as const;

export default ({ scenario, sim, http, ws, subscribers, poisson, random, check }: Battle): FinishedScenario =>
  scenario("soak")
    .seed(15)
    .tag("long")
    .chain("ethereum", {
      blockTime: "1s",
      providers: {
        alchemy: sim({ p50: "20ms" }),
        infura: sim({ p50: "35ms" }),
        ankr: sim({ p50: "60ms" }),
        sound: sim({ p50: "80ms" }),
      },
    })
    .workload("reads", http({ arrival: poisson(80), timeout: "10s" }))
    .workload("batches", http({ arrival: poisson(4), batch: 10, timeout: "10s" }))
    .workload("sockets", ws({ arrival: poisson(20), timeout: "10s" }))
    .workload("writes", http({ rate: 2, mix: { eth_sendRawTransaction: 1 }, timeout: "10s" }))
    .workload("heads", subscribers({ sockets: 50 }))
    .workload("logs", subscribers({ sockets: 20, subscription: "logs" }))
    .duration("10m", { warmup: "10s" })
    // All kinds but lag: of one that begins at once, calls that are under way get answers older than allowed.
    .chaos(random({ count: 60, length: ["1s", "8s"], faults: soakFaults }))
    .slo({}, { availability: 1 })
    .slo("reads", { p99_latency_ms: 1_500 })
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("logs", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo({ during: "calm" }, { memory_growth_mb: 50 })
    .check(check.headsMonotonic(), check.noEventLostOrDoubled(), check.answersMatchLedger())
    .check(check.writesAsAllowed(), check.batchOrder(), check.noSecrets());
