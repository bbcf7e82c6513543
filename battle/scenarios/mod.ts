// The scenarios that come with Lasso: `lasso battle NAME` runs one, `lasso battle` those with the tag ci. Each has a twin
// in the tests, with the protection switched off, that has to fail.

import type { ScenarioFunction } from "../dsl/battle_types.ts";
import * as bigResponses from "./big_responses.ts";
import * as brownOut from "./brown_out.ts";
import * as failover from "./failover.ts";
import * as flapping from "./flapping.ts";
import * as forkedHead from "./forked_head.ts";
import * as laggingProvider from "./lagging_provider.ts";
import * as lyingProvider from "./lying_provider.ts";
import * as malformedAnswers from "./malformed_answers.ts";
import * as partition from "./partition.ts";
import * as rateLimits from "./rate_limits.ts";
import * as reorgStorm from "./reorg_storm.ts";
import * as restart from "./restart.ts";
import * as soak from "./soak.ts";
import * as strategyComparison from "./strategy_comparison.ts";
import * as subscriptions from "./subscriptions.ts";
import * as thunderingHerd from "./thundering_herd.ts";

export interface ShippedScenario {
  readonly default: ScenarioFunction;
  /** One sentence, for `--list`. */
  readonly about: string;
}

/** By name, in the order in which they are run. */
export const shipped: Readonly<Record<string, ShippedScenario>> = {
  "failover": failover,
  "flapping": flapping,
  "brown-out": brownOut,
  "rate-limits": rateLimits,
  "lagging-provider": laggingProvider,
  "lying-provider": lyingProvider,
  "malformed-answers": malformedAnswers,
  "partition": partition,
  "thundering-herd": thunderingHerd,
  "subscriptions": subscriptions,
  "reorg-storm": reorgStorm,
  "forked-head": forkedHead,
  "big-responses": bigResponses,
  "restart": restart,
  "strategy-comparison": strategyComparison,
  "soak": soak,
};

export const shippedScenarios: readonly ScenarioFunction[] = Object.values(shipped)
  .map((scenario) => scenario.default);
