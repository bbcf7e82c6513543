// One of three providers dies in the midst of reads: no request may fail, and the others take over at once.

import type { Battle, ScenarioFunction } from "../dsl/battle_types.ts";

export const failover: ScenarioFunction = ({ scenario, sim, http, poisson, at, check }: Battle) =>
  scenario("failover")
    .seed(1)
    .tag("ci")
    .chain("ethereum", {
      providers: { alchemy: sim({ p50: "10ms" }), infura: sim({ p50: "15ms" }), ankr: sim({ p50: "25ms" }) },
    })
    .workload(
      "reads",
      http({
        arrival: poisson(200),
        mix: { eth_call: 5, eth_getBalance: 3, eth_blockNumber: 2 },
        timeout: "2s",
      }),
    )
    .duration("8s", { warmup: "2s" })
    .chaos(at("3s").kill("alchemy").for("3s").as("death"))
    .slo("reads", { success_rate: 1, failover_ms: 200 })
    .check(check.answersMatchLedger(), check.noSecrets());
