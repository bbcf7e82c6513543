// Slow, not dead: the quickest provider answers a part of its requests only after three seconds. A second provider is
// started beside a slow one, so that nobody waits for it.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "The quickest provider turns slow, not dead; another is started beside it and nobody waits.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("brown-out")
    .seed(3)
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
        mix: { eth_call: 5, eth_getBalance: 3, eth_getBlockByNumber: 2 },
        timeout: "5s",
      }),
    )
    .duration("8s", { warmup: "2s" })
    .chaos(at("2s").brownout("alchemy", { extra: "3s" }).share(0.5).for("4s").as("brown-out"))
    .slo("reads", { success_rate: 1, p99_latency_ms: 1_000, max_latency_ms: 2_000, hedge_ratio: 0.3 })
    .slo({ workload: "reads", during: "brown-out" }, { p50_latency_ms: 300 })
    .check(check.answersMatchLedger());
