// The quickest provider stands still while the chain goes on. No client asks for heights, so probes have to find out:
// until the next ones some answers are older than allowed, then the others serve.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "The quickest provider stands still as its chain goes on; probes find out, others serve.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("lagging-provider")
    .seed(5)
    .tag("ci")
    .chain("ethereum", {
      blockTime: "500ms",
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "120ms" }),
        ankr: sim({ p50: "160ms" }),
      },
    })
    .router({
      defaults: { health: { interval: "500ms", timeout: "1s", max_lag: "1500ms", max_lag_blocks: 3 } },
    })
    .workload(
      "reads",
      http({
        arrival: poisson(120),
        mix: { eth_getBalance: 2, eth_call: 1 },
        timeout: "3s",
      }),
    )
    .duration("9s", { warmup: "2s" })
    // A block for each block of the chain.
    .chaos(at("1s").lag("alchemy", { blocks: 12 }).ramp("6s", { steps: 12 }).as("lag"))
    // A second's worth of answers, which is two probes, may be older than allowed.
    .slo("reads", { success_rate: 1, wrong_results: 120 })
    .slo({ workload: "reads", during: "calm" }, { wrong_results: 0 })
    .check(check.noSecrets());
