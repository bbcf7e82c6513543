// The quickest provider falls behind the others, block by block: it is put last before its answers are older than what
// is allowed, and heights never go back.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "The quickest provider falls behind its chain; no answer is older than allowed.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("lagging-provider")
    .seed(5)
    .tag("ci")
    .chain("ethereum", {
      blockTime: "500ms",
      providers: { alchemy: sim({ p50: "20ms" }), infura: sim({ p50: "40ms" }), ankr: sim({ p50: "60ms" }) },
    })
    .router({ defaults: { health: { interval: "500ms", timeout: "1s" } } })
    .workload(
      "reads",
      http({
        arrival: poisson(120),
        mix: { eth_getBalance: 4, eth_call: 3, eth_getBlockByNumber: 2, eth_blockNumber: 1 },
        timeout: "3s",
      }),
    )
    .duration("9s", { warmup: "2s" })
    .chaos(at("1500ms").lag("alchemy", { blocks: 60 }).ramp("6s", { steps: 12 }).as("lag"))
    .slo("reads", { success_rate: 1, wrong_results: 0 })
    .slo({ workload: "reads", during: "lag" }, { detection_ms: 5_000 })
    .check(check.answersMatchLedger(), check.headsMonotonic());
