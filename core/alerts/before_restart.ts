// What fired when an earlier process ended, from the history: so that an alert that is over meanwhile is still
// resolved, and one that goes on is not told twice. Called once, by alerts.ts.

import type { History, HistoryEvent } from "../measure/history/model.ts";
import type { RestoredAlert } from "./alert_machine.ts";

const lookBackMs = 7 * 86_400_000;
const maxEvents = 5_000;

/** Rejects when the history can't be asked. */
export async function firingBefore(history: History, wallNow: number): Promise<RestoredAlert[]> {
  const newest = new Map<string, RestoredAlert | null>();
  let cursor: string | undefined;
  let looked = 0;
  do {
    const page = await history.events({ topics: ["alert"], from: wallNow - lookBackMs, limit: 500, cursor });
    for (const row of page.rows) {
      const { key } = row.fields;
      // Newest first: what comes later is older news of the same alert.
      if (typeof key === "string" && row.fields.test !== true && !newest.has(key)) {
        newest.set(key, restored(row));
      }
    }
    looked += page.rows.length;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined && looked < maxEvents);
  return [...newest.values()].filter((alert) => alert !== null);
}

/** null: it was over. */
function restored({ event, chain, provider, fields, at }: HistoryEvent): RestoredAlert | null {
  const { rule, since, value, to } = fields;
  if (event !== "alert.firing" || chain === null || typeof rule !== "string") return null;
  const parsed = typeof since === "string" ? Date.parse(since) : NaN;
  return {
    rule,
    chain,
    provider,
    since: Number.isNaN(parsed) ? at : parsed,
    value: typeof value === "number" ? value : null,
    told: Array.isArray(to) ? to.filter((name) => typeof name === "string") : [],
  };
}
