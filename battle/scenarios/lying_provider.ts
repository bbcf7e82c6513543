// A provider gives well-formed, false results. Nothing compares its answers to another's yet, so clients get them.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "The quickest provider gives false results; known to fail until answers are compared.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("lying-provider")
    .seed(6)
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
        arrival: poisson(100),
        mix: { eth_getBalance: 4, eth_call: 3, eth_getLogs: 2, eth_getTransactionReceipt: 1 },
        timeout: "3s",
      }),
    )
    .duration("5s", { warmup: "1s" })
    .chaos(at("1s").lying("alchemy").for("3s").as("lies"))
    .slo("reads", { success_rate: 1, wrong_results: 0 })
    .check(check.answersMatchLedger())
    .expectedToFail("answers are not yet checked against a second provider");
