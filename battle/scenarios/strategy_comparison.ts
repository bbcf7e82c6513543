// Is the default strategy, fastest, worth it? The same load on the same providers, in paired rounds, against a plain
// rotation.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "The default strategy, fastest, against round_robin in paired rounds.";

export default ({ scenario, sim, http, poisson }: Battle): FinishedScenario =>
  scenario("strategy-comparison")
    .seed(12)
    .tag("long")
    .chain("ethereum", {
      providers: { alchemy: sim({ p50: "20ms" }), infura: sim({ p50: "60ms" }), ankr: sim({ p50: "120ms" }) },
    })
    .workload("reads", http({ arrival: poisson(120), timeout: "3s" }))
    .duration("12s", { warmup: "3s" })
    .slo("reads", { success_rate: 1 })
    .compare({ baseline: { strategy: "round_robin" }, metric: "p50_latency_ms", maxRegression: 0.05 });
