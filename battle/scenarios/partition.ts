// Two of three providers can't be reached: connections stay, nothing flows. What waits for them is sent to the third.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "Two of three providers can't be reached and nothing says so; the third serves all.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("partition")
    .seed(8)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "100ms" }),
        ankr: sim({ p50: "150ms" }),
      },
    })
    .workload(
      "reads",
      http({ arrival: poisson(120), mix: { eth_call: 3, eth_getBalance: 2 }, timeout: "5s" }),
    )
    .duration("8s", { warmup: "2s" })
    .chaos(at("2s").partition("alchemy", "infura").for("4s").as("partition"))
    .slo("reads", { success_rate: 1, availability: 1, max_latency_ms: 3_000 })
    .check(check.answersMatchLedger());
