// How long a probe must wait although it is due: a provider that is set aside is left alone, an open breaker is waited
// for, and the rate budget is kept. Asked by both probers before each question.

import type { Clock } from "../clock.ts";
import type { Channel } from "./channel.ts";

/** While the budget gives no token, it is looked at again after this at the latest. */
const maxBudgetWaitMs = 30_000;
const unknownDueMs = 1_000;

/** Milliseconds; 0: it may be asked now, and a token was taken for it; Infinity: till the operator lets it. */
export function holdMs(channel: Channel, clock: Clock): number {
  if (channel.barred !== null) return Infinity;
  const { provider, breaker } = channel;
  const now = clock.now();
  const aside = provider.setAside.active(now);
  if (aside !== null) return aside.until - now;
  if (!breaker.admits()) return Math.max(10, (breaker.dueAt ?? now + unknownDueMs) - now);
  return provider.budget.take() ? 0 : Math.max(10, Math.min(provider.budget.waitMs(), maxBudgetWaitMs));
}
