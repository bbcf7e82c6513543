// A provider stands on a branch of its own, with blocks that no other has, and comes back from it: once alone, once as
// the upstreams drop. Subscribers may be led there and back; each step must be whole, and nothing may come twice on one
// branch.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "A provider leaves for a branch of its own and comes back; streams stay whole on either.";

export default ({ scenario, sim, http, subscribers, poisson, at, check }: Battle): FinishedScenario =>
  scenario("forked-head")
    .seed(17)
    .tag("ci")
    .chain("ethereum", {
      blockTime: "250ms",
      providers: {
        alchemy: sim({ p50: "80ms" }),
        infura: sim({ p50: "100ms" }),
        ankr: sim({ p50: "120ms" }),
      },
    })
    .workload("heads", subscribers({ sockets: 10 }))
    .workload("logs", subscribers({ sockets: 10, subscription: "logs" }))
    .workload(
      "reads",
      http({ arrival: poisson(40), mix: { eth_blockNumber: 2, eth_getBalance: 1 }, timeout: "3s" }),
    )
    .duration("10s", { warmup: "1s" })
    .chaos(at("1s").forkedHead("alchemy", { depth: 3 }).for("2s").as("alone"))
    .chaos(at("5s").forkedHead("infura", { depth: 2 }).for("2500ms").as("again"))
    .chaos(at("5500ms").dropSockets(["alchemy", "ankr"]).as("drops"))
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("logs", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("reads", { success_rate: 1 })
    .check(check.noEventLostOrDoubled(), check.headsMonotonic());
