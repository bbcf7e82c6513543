// One of three providers dies in the midst of reads: no request may fail, and the others take over at once.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "One of three providers dies; no request fails and the others take over.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("failover")
    .seed(1)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "120ms" }),
        ankr: sim({ p50: "160ms" }),
      },
    })
    .workload(
      "reads",
      http({
        arrival: poisson(150),
        mix: { eth_call: 5, eth_getBalance: 3, eth_blockNumber: 2 },
        timeout: "3s",
      }),
    )
    .duration("8s", { warmup: "2s" })
    .chaos(at("2s").kill("alchemy").for("3s").as("death"))
    .slo("reads", { success_rate: 1, availability: 1, max_latency_ms: 1_500 })
    .slo({ workload: "reads", during: "death" }, {
      failover_ms: 500,
      detection_ms: 500,
      shift_ms: 1_000,
      breaker_open_ms: 1_000,
    })
    .check(check.answersMatchLedger(), check.headsMonotonic(), check.noSecrets());
