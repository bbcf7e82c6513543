// What `lasso battle new` writes, as text; NAME stands for the scenario's name. It runs as it is, and a test checks and
// loads it. It may import nothing of Lasso but types.

export const scenarioStarter =
  `// A battle for Lasso: what stands behind the router, what clients do, what breaks, and what must hold all the same.
//
//   lasso battle NAME.ts             runs it: PASS or FAIL, with reports
//   lasso battle NAME.ts --dry-run   only shows what would happen when
//
// Nothing of Lasso is needed at run time: lasso-battle.d.ts, beside this file, is for your editor and \`deno check\`.

import type { Battle, FinishedScenario } from "./lasso-battle.d.ts";

export default ({ scenario, sim, http, subscribers, poisson, at, check }: Battle): FinishedScenario =>
  scenario("NAME")
    // Everything random follows from the seed: the same seed is the same run.
    .seed(42)
    // Three simulated providers of one chain, by the median of their latency. Also: anvil(), url("https://…").
    .chain("ethereum", {
      blockTime: "1s",
      providers: {
        alchemy: sim({ p50: "20ms" }),
        infura: sim({ p50: "35ms" }),
        ankr: sim({ p50: "60ms", rateLimit: "300/s" }),
      },
    })
    // Clients: 100 requests a second at random moments, by weight; and 20 WebSockets that listen for new blocks.
    .workload(
      "reads",
      http({
        arrival: poisson(100),
        mix: { eth_call: 6, eth_blockNumber: 3, eth_getLogs: 1 },
        timeout: "2s",
      }),
    )
    .workload("heads", subscribers({ sockets: 20 }))
    // Time 0 is the end of the warm-up, which counts for nothing.
    .duration("20s", { warmup: "3s" })
    // One provider dies and comes back; later another one is slow for a third of its requests.
    .chaos(at("4s").kill("alchemy").for("5s").as("outage"))
    .chaos(at("12s").brownout("infura", { extra: "800ms" }).share(0.3).for("5s"))
    // What must hold. Without a bound on it, a figure is only reported.
    .slo("reads", { success_rate: 1, p99_latency_ms: 500 })
    .slo({ workload: "reads", during: "outage" }, { failover_ms: 200 })
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .check(check.headsMonotonic(), check.answersMatchLedger(), check.noSecrets());
`;
