// Each of three providers spoils a part of its answers in another way, batches too, while a fourth is sound: every client
// gets a good answer all the same.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "Broken JSON, cut bodies, wrong ids, HTML pages; every client gets a good answer.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("malformed-answers")
    .seed(7)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "90ms" }),
        ankr: sim({ p50: "100ms" }),
        sound: sim({ p50: "120ms" }),
      },
    })
    .router({ defaults: { strategy: "round_robin" } })
    .workload(
      "reads",
      http({
        arrival: poisson(100),
        mix: { eth_getBalance: 4, eth_call: 3, eth_getLogs: 1, eth_getTransactionReceipt: 2 },
        timeout: "3s",
      }),
    )
    .workload(
      "batches",
      http({ arrival: poisson(10), batch: 5, mix: { eth_getBalance: 3, eth_call: 2 }, timeout: "3s" }),
    )
    .duration("8s", { warmup: "1s" })
    .chaos(at("1s").malformed("alchemy").share(0.2).for("3s"))
    .chaos(at("1s").wrongId("infura").share(0.2).for("3s"))
    .chaos(at("1s").htmlPage("ankr").share(0.2).for("3s"))
    .chaos(at("4500ms").truncated("alchemy").share(0.2).for("3s"))
    .chaos(at("4500ms").cutBody("infura", { after: "100b" }).for("3s"))
    .chaos(at("4500ms").partialBatch("ankr").share(0.2).for("3s"))
    .slo({}, { success_rate: 1, wrong_results: 0, max_latency_ms: 2_000 })
    .slo({ during: "faults" }, { failover_ms: 1_000 })
    .check(check.answersMatchLedger(), check.batchOrder(), check.errorsOfTheRightKind());
