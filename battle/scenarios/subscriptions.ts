// Subscribers stay while their upstreams die, all at once for a time, lose their sockets and fall silent: each event
// once, in order, by the ledger.

import type { Battle } from "../dsl/battle_types.ts";
import type { FinishedScenario } from "../dsl/builder_types.ts";

export const about =
  "Subscriptions outlive dead, dropped and silent upstreams; each event comes once, in order.";

export default ({ scenario, sim, subscribers, at, check }: Battle): FinishedScenario =>
  scenario("subscriptions")
    .seed(10)
    .tag("ci")
    .chain("ethereum", {
      blockTime: "250ms",
      providers: { alchemy: sim({ p50: "15ms" }), infura: sim({ p50: "25ms" }), ankr: sim({ p50: "35ms" }) },
    })
    .router({ defaults: { subscriptions: { stale_after: "1s" } } })
    .workload("heads", subscribers({ sockets: 20 }))
    .workload("logs", subscribers({ sockets: 20, subscription: "logs" }))
    .duration("10s", { warmup: "1s" })
    .chaos(at("1s").kill(["alchemy", "infura", "ankr"]).for("1s").as("blackout"))
    .chaos(at("4s").dropSockets("alchemy"))
    .chaos(at("4200ms").dropSockets("infura"))
    .chaos(at("5s").stallSubscriptions(["alchemy", "infura"]).for("3s").as("silence"))
    .slo("heads", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .slo("logs", { stream_gaps: 0, stream_duplicates: 0, stream_out_of_order: 0 })
    .check(check.noEventLostOrDoubled(), check.headsMonotonic());
