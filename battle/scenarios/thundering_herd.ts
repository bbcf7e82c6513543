// The moment the quickest provider dies, ten times as many clients come at once: what is left carries them, without a
// failure and without more calls than there are requests.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "Ten times the clients come as the quickest provider dies; the others carry them all.";

export default ({ scenario, sim, http, subscribers, spike, at, check }: Battle): FinishedScenario =>
  scenario("thundering-herd")
    .seed(9)
    .tag("ci")
    .chain("ethereum", {
      blockTime: "1s",
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "120ms", rateLimit: "1000/s" }),
        ankr: sim({ p50: "160ms" }),
      },
    })
    .workload(
      "herd",
      http({
        arrival: spike({ base: 50, peak: 500, at: "2s", for: "2s" }),
        mix: { eth_call: 4, eth_blockNumber: 4, eth_getBalance: 2 },
        timeout: "5s",
      }),
    )
    .workload("heads", subscribers({ sockets: 50 }))
    .duration("7s", { warmup: "2s" })
    .chaos(at("2s").kill("alchemy").for("3s").as("death"))
    .slo("herd", { success_rate: 1, max_latency_ms: 3_000, upstream_calls_per_request: 1.2 })
    .slo({ workload: "herd", during: "death" }, { throughput_rps: 250, failover_ms: 1_000 })
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .check(check.answersMatchLedger(), check.headsMonotonic());
