// Long answers, while one provider cuts them off, one lets them trickle and one sends far more than was asked for: each
// client gets the whole answer of another, and the router's memory stays within bounds.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "Long answers are cut, trickle or grow without bound; clients get whole ones, memory stays low.";

export default ({ scenario, sim, http, poisson, at, check }: Battle): FinishedScenario =>
  scenario("big-responses")
    .seed(13)
    .tag("ci")
    .chain("ethereum", {
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "90ms" }),
        ankr: sim({ p50: "100ms" }),
        sound: sim({ p50: "120ms" }),
      },
    })
    .router({
      server: { max_response: "1mb", buffer_before_commit: "1mb" },
      defaults: { strategy: "round_robin" },
    })
    .workload(
      "archive",
      http({
        arrival: poisson(50),
        mix: { eth_getBlockReceipts: 4, eth_getLogs: 3, eth_getBlockByNumber: 3 },
        timeout: "5s",
      }),
    )
    .duration("8s", { warmup: "1s" })
    .chaos(at("1s").cutBody("alchemy", { after: "2kb" }).for("3s").as("cut"))
    .chaos(at("1s").hugeResult("infura", { size: "8mb" }).share(0.1).for("6s").as("huge"))
    .chaos(at("4s").slowBody("ankr", { perSecond: "4kb", after: "1kb" }).for("3s").as("trickle"))
    .slo("archive", { success_rate: 1, wrong_results: 0, max_latency_ms: 3_000, max_memory_mb: 500 })
    .check(check.answersMatchLedger());
