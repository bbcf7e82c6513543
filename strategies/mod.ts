// The built-in strategies, as main hands them to the loader. A list and nothing else.

import type { StrategyPlugin } from "../core/plugins/strategy.ts";
import cheapest from "./cheapest.ts";
import fastest from "./fastest.ts";
import latencyWeighted from "./latency_weighted.ts";
import leaderboard from "./leaderboard.ts";
import loadBalanced from "./load_balanced.ts";
import priority from "./priority.ts";
import roundRobin from "./round_robin.ts";

export const builtinStrategies: readonly StrategyPlugin[] = [
  fastest,
  cheapest,
  priority,
  roundRobin,
  leaderboard,
  loadBalanced,
  latencyWeighted,
];
