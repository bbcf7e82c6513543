// The preferred provider goes away and comes back again and again: the breaker takes it out of the way after the first
// fall, so that requests do not run into each of them.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "The preferred provider dies and comes back every second; the breaker keeps calls off it.";

export default ({ scenario, sim, http, poisson, flap, check }: Battle): FinishedScenario =>
  scenario("flapping")
    .seed(2)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms", config: { priority: 1 } }),
        infura: sim({ p50: "100ms", config: { priority: 2 } }),
        ankr: sim({ p50: "120ms", config: { priority: 3 } }),
      },
    })
    .router({ defaults: { strategy: "priority" } })
    .workload(
      "reads",
      http({ arrival: poisson(150), mix: { eth_call: 3, eth_getBalance: 2 }, timeout: "3s" }),
    )
    .duration("8s", { warmup: "1s" })
    .chaos(flap({ on: "700ms", off: "500ms", from: "1s" }).kill("alchemy").for("6s").as("flaps"))
    .slo("reads", { success_rate: 1, upstream_calls_per_request: 1.15, max_latency_ms: 1_500 })
    .slo({ workload: "reads", during: "flaps" }, { breaker_open_ms: 500, failover_ms: 500 })
    .check(check.answersMatchLedger());
