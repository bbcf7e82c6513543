// The scenarios that come with Lasso: `lasso battle NAME` runs one, `lasso battle` those with the tag ci. Each has a twin
// in the tests, with the protection switched off, that has to fail.

import type { ScenarioFunction } from "../dsl/battle_types.ts";
import { failover } from "./failover.ts";

export const shippedScenarios: readonly ScenarioFunction[] = [failover];
