// Two providers reach their rate limits, in their vendors' words: they are set aside for as long as they say, no request
// fails, and no breaker mistakes them for broken.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "Providers say 429 in several vendors' words; they are set aside and no request fails.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("rate-limits")
    .seed(4)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms", rateLimit: "60/s" }),
        infura: sim({ p50: "100ms" }),
        ankr: sim({ p50: "150ms" }),
      },
    })
    .workload(
      "reads",
      http({
        arrival: poisson(150),
        mix: { eth_call: 5, eth_getBalance: 3, eth_getCode: 2 },
        timeout: "3s",
      }),
    )
    .duration("8s", { warmup: "1s" })
    .chaos(at("2s").vendorError("infura", "infura_rate").for("2s").as("infura-limit"))
    .chaos(at("5s").status("infura", 429, { retryAfter: "1s" }).for("2s").as("retry-after"))
    .slo("reads", { success_rate: 1, upstream_calls_per_request: 1.1, max_latency_ms: 1_500 })
    .slo({ workload: "reads", during: "infura-limit" }, { failover_ms: 500 })
    .check(check.answersMatchLedger(), check.errorsOfTheRightKind());
