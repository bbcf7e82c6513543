// The chain takes back blocks again and again, while upstreams lose their sockets: subscribers hear of each change in
// order, and answers follow the chain.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about = "Reorgs come one after the other while upstreams drop; subscribers follow the chain.";

export default ({ scenario, sim, http, subscribers, poisson, every, check }: Battle): FinishedScenario =>
  scenario("reorg-storm")
    .seed(11)
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
      http({
        arrival: poisson(40),
        mix: { eth_blockNumber: 2, eth_getBalance: 2, eth_call: 1 },
        timeout: "3s",
      }),
    )
    .duration("10s", { warmup: "1s" })
    .chaos(every("1300ms").reorg({ depth: 3 }))
    .chaos(every("2600ms", { from: "1250ms" }).kill(["alchemy", "infura", "ankr"]).for("400ms").as("drops"))
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("logs", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("reads", { wrong_results: 0, availability: 1 })
    .check(check.noEventLostOrDoubled(), check.headsMonotonic(), check.answersMatchLedger());
