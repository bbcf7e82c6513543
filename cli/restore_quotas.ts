// What providers' quotas have used in this calendar month, taken over from history: a restart does not begin a month.

import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { History } from "../core/measure/history/model.ts";
import type { Meter } from "../core/measure/meter.ts";
import { monthBegin } from "../core/measure/quota.ts";
import { maskText } from "../core/redact.ts";

/**
 * `startedAt`: epoch ms at which this process began to count, a moment before this is called. Resolves always: what
 * can't be had is logged, and the quotas count from the start.
 */
export async function restoreQuotas(
  history: Pick<History, "cells">,
  meter: Meter,
  startedAt: number,
  clock: Clock,
  log: Log,
): Promise<void> {
  const from = monthBegin(startedAt);
  // With the second that is running: the process before may have counted in it, this one has told nothing yet.
  const to = (Math.floor(startedAt / 1000) + 1) * 1000;
  try {
    const { groups } = await history.cells({
      kind: "attempt",
      from,
      to,
      stepMs: null,
      by: ["chain", "provider"],
    });
    if (monthBegin(clock.wallNow()) !== from) return;
    for (const { key: { chain = "", provider = "" }, units } of groups) {
      meter.restoreQuota(chain, provider, units);
    }
  } catch (thrown) {
    log.write("warn", "quota.not_restored", { error: maskText(messageOf(thrown)) });
  }
}
