// What is wrong, in words, the worst first: clients failing, a chain down, a provider, a quota, then what the router
// says of itself. Pure; the overview and the page's title show it.

import type { FeedChain, FeedProvider, FeedSnapshot, ProviderState } from "../../core/server/feed_model.ts";
import { millis, percent, span } from "../format/number.ts";
import type { Change } from "./view.ts";

export interface Problem {
  /** 1 is the worst. */
  readonly rank: 1 | 2 | 3 | 4 | 5;
  readonly text: string;
  readonly leadsTo: Change;
  /** Of the provider that it is about. */
  readonly state?: ProviderState;
}

/** Below it a chain's clients are failing. */
const goodSuccess = 0.999;
const fewCalls = 10;
const quotaShare = 0.9;
const slowLoopMs = 200;

export function problemsOf(snapshot: FeedSnapshot, now: number): readonly Problem[] {
  const problems = snapshot.chains.flatMap((chain) => [
    ...ofClients(chain),
    ...ofChain(chain, now),
    ...chain.providers.flatMap((provider) => ofProvider(chain, provider, now)),
  ]);
  return [...problems, ...ofRouter(snapshot)].sort((a, b) => a.rank - b.rank);
}

function ofClients({ name, minute }: FeedChain): Problem[] {
  if (minute.success === null || minute.n < fewCalls || minute.success >= goodSuccess) return [];
  const text = `Clients of ${name} fail: ${minute.failed} of ${minute.n} calls in the last minute (${
    percent(1 - minute.success)
  }).`;
  return [{ rank: 1, text, leadsTo: { tab: "requests", chain: name, params: { outcome: "failed" } } }];
}

function ofChain(
  { name, state, awake, drained, head_at, block_time_ms, providers }: FeedChain,
  now: number,
): Problem[] {
  const leadsTo: Change = { tab: "providers", chain: name };
  if (drained) return [{ rank: 2, text: `${name} is drained: its calls are refused.`, leadsTo }];
  if (!awake) return [];
  if (state === "bad") return [{ rank: 2, text: `${name} is down: no provider can serve it.`, leadsTo }];
  const ageMs = head_at === null ? 0 : now - head_at;
  if (ageMs > Math.max(60_000, 10 * block_time_ms) && providers.length > 0) {
    return [{ rank: 2, text: `The head of ${name} has not risen for ${span(ageMs)}.`, leadsTo }];
  }
  return [];
}

function ofProvider(chain: FeedChain, provider: FeedProvider, now: number): Problem[] {
  const { id, state, reason, since, quota } = provider;
  const leadsTo: Change = { tab: "providers", chain: chain.name, params: { provider: id } };
  const problems: Problem[] = [];
  if (state === "open" || state === "off" || state === "lagging" || state === "limited") {
    const why = reason === null
      ? ""
      : `: ${reason.replace(/\.+$/, "").replace("rate_limited", "rate limited")}`;
    const words = {
      open: "fails and is left out",
      off: "is off",
      lagging: "is behind",
      limited: "limits its rate",
    }[state];
    const text = `${id} (${chain.name}) ${words}, for ${span(now - since)} now${why}.`;
    problems.push({ rank: 3, text, leadsTo, state });
  }
  if (quota !== null && quota.used >= quota.max * quotaShare) {
    const text = `${id} (${chain.name}) has used ${percent(quota.used / quota.max)} of this month's quota.`;
    problems.push({ rank: 4, text, leadsTo: { tab: "costs", chain: chain.name } });
  }
  return problems;
}

function ofRouter(
  { history, loop_lag_ms, in_flight, max_in_flight, reloads, state, alerts }: FeedSnapshot,
): Problem[] {
  const leadsTo: Change = { tab: "system" };
  const problems: Problem[] = [];
  const say = (text: string): unknown => problems.push({ rank: 5, text, leadsTo });
  if (state === "draining") say("The router is draining: it takes no new connections.");
  if (in_flight > max_in_flight * 0.9) say(`${in_flight} calls are under way, of ${max_in_flight} at most.`);
  if (history.problem !== null) say(`History is not written: ${history.problem}.`);
  if (loop_lag_ms > slowLoopMs) say(`The router is ${millis(loop_lag_ms)} late: this machine is too busy.`);
  const last = reloads.at(-1);
  if (last?.result === "failed") say(`The newest config was not taken: ${last.message}`);
  for (const { rule, chain, provider } of alerts) {
    say(
      `The alert ${rule} fires${
        chain === null ? "" : ` for ${provider === null ? "" : `${provider} of `}${chain}`
      }.`,
    );
  }
  return problems;
}

/** The system's state in a word, for the header and the title. */
export function stateWord(
  snapshot: FeedSnapshot,
  problems: readonly Problem[],
): "draining" | "down" | "failing" | "impaired" | "well" {
  if (snapshot.state === "draining") return "draining";
  const worst = problems[0]?.rank ?? 9;
  if (worst === 1) return "failing";
  if (worst === 2) return "down";
  return worst === 9 ? "well" : "impaired";
}
