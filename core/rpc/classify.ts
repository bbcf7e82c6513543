// What an upstream's failure means: from facts to a verdict, by tables (docs/errors.md). Pure and cheap, because
// failures come in floods; never throws. Called once per failed attempt by routing, which obeys the verdict.
// Order: the provider's own rules, then the words (classify_rules.ts), then the code, then the status.

import type { ErrorRule } from "../settings.ts";
import {
  type Category,
  type FailureFacts,
  type Learnt,
  precedence,
  type SetAside,
  type Verdict,
} from "./category.ts";
import { categoryOfCode, categoryOfStatus } from "./classify_codes.ts";
import { believedWaitMs, learnLowest, learnRange, learnRetryAfterMs } from "./classify_learn.ts";
import { agrees, isAmong, type TextRule } from "./classify_rule.ts";
import { bodyRules, errorRules } from "./classify_rules.ts";

export { believedWaitMs } from "./classify_learn.ts";
export { isMisshapen, isNeverLong, judgeResult } from "./judge_result.ts";

/** No more of a text than this is looked at, in chars. */
const lookAt = 4096;
const rateLimitedMs = 30_000;
const quotaMs = 10 * 60_000;
const authMs = 2 * 60_000;
const unsupportedMs = 5 * 60_000;

/** Sorts one failure. `rules` are the provider's own; they win over everything that an upstream said. */
export function classify(facts: FailureFacts, rules: readonly ErrorRule[]): Verdict {
  // What went wrong on our side of the wire has no words to look at.
  if (facts.fault !== null && facts.fault !== "malformed") return verdict(facts.fault, facts, "", null);
  const text = textOf(facts);
  const own = ownRule(facts, rules, text);
  if (own !== null) return verdict(own, facts, text, null);
  const { error, method, status } = facts;
  if (error !== null && hasRevertData(error.data, text) && isAmong("run", method)) {
    return verdict("revert", facts, text, null);
  }
  const table = error !== null ? errorRules : wordsCount(facts, text) ? bodyRules : noRules;
  for (const rule of table) {
    if (agrees(rule, text, error?.code ?? null, status, method)) {
      return verdict(rule.category, facts, text, rule);
    }
  }
  return verdict(byCodeOrStatus(facts, text), facts, text, null);
}

const noRules: readonly TextRule[] = [];

/** Message and string data, or the body that was no JSON-RPC; in lower case. */
function textOf(facts: FailureFacts): string {
  const { error } = facts;
  if (error === null) return (facts.bodyText ?? "").slice(0, lookAt).toLowerCase();
  const text = typeof error.data === "string"
    ? `${error.message.slice(0, lookAt)}\n${error.data.slice(0, lookAt)}`
    : error.message;
  return text.slice(0, lookAt).toLowerCase();
}

function ownRule(facts: FailureFacts, rules: readonly ErrorRule[], text: string): Category | null {
  for (const { message, code, status, category } of rules) {
    if (message === undefined && code === undefined && status === undefined) continue;
    if (code !== undefined && code !== facts.error?.code) continue;
    if (status !== undefined && status !== facts.status) continue;
    if (message !== undefined && !text.includes(message.toLowerCase())) continue;
    return category;
  }
  return null;
}

/** A page or plain text may be believed; the words in a damaged answer may be its result's. */
function wordsCount(facts: FailureFacts, text: string): boolean {
  return (facts.status !== null && facts.status >= 300) || !text.includes('"result"');
}

/** ABI-encoded Error(string) or Panic(uint256), or any hex data beside a word of reverting. */
function hasRevertData(data: unknown, text: string): boolean {
  if (typeof data !== "string" || !data.startsWith("0x")) return false;
  return data.startsWith("0x08c379a0") || data.startsWith("0x4e487b71") ||
    (data.length >= 10 && /\brevert(?:ed)?\b/.test(text));
}

function byCodeOrStatus(facts: FailureFacts, text: string): Category {
  const { error, status } = facts;
  if (error !== null) {
    const byCode = categoryOfCode(error.code);
    if (byCode === "revert" && !isAmong("run", facts.method)) return "unknown";
    return byCode ?? (status === null ? null : categoryOfStatus(status)) ?? "unknown";
  }
  const byStatus = status === null ? null : categoryOfStatus(status);
  if (byStatus !== null) return byStatus;
  if (status === 408) return "timeout";
  if (isPage(text)) return "server";
  // Neither JSON-RPC nor a status that explains it: with 2xx the answer is broken, else the service behind it is.
  return status !== null && status >= 300 ? "server" : "malformed";
}

function isPage(text: string): boolean {
  return /^\s{0,64}(?:<!doctype html|<html|<head|<body|<!--|<\?xml)/.test(text);
}

interface Habit {
  readonly next: Verdict["next"];
  readonly again: boolean;
  readonly breaker: boolean;
}

const stop: Habit = { next: "no", again: false, breaker: false };
const goOn: Habit = { next: "yes", again: false, breaker: false };
const mayPass: Habit = { next: "yes", again: true, breaker: false };
const broken: Habit = { next: "yes", again: true, breaker: true };

const habits: Readonly<Record<Category, Habit>> = {
  client: stop,
  revert: stop,
  tx_known: stop,
  tx_rejected: stop,
  range: { next: "split", again: false, breaker: false },
  rate_limited: mayPass,
  quota: goOn,
  auth: goOn,
  wrong_chain: goOn,
  missing_data: goOn,
  unsupported: goOn,
  unknown: { next: "once", again: false, breaker: false },
  syncing: mayPass,
  server: broken,
  transport: broken,
  malformed: broken,
  // Whether a timeout counts for the breaker depends on whose it was.
  timeout: mayPass,
  integrity: { next: "yes", again: false, breaker: true },
  cancelled: stop,
  overloaded: stop,
};

function verdict(category: Category, facts: FailureFacts, text: string, rule: TextRule | null): Verdict {
  const habit = habits[category];
  const spared = rule?.callersOwn === true;
  return {
    category,
    next: rule?.next ?? habit.next,
    again: habit.again && !spared,
    countsForBreaker: category === "timeout"
      ? facts.fault === "timeout" || facts.status === 504
      : habit.breaker,
    setAside: spared ? null : setAside(category, facts, text),
    learnt: learnt(category, facts.method, text, rule),
    lookUpHash: category === "tx_rejected" && isAmong("send_for_hash", facts.method),
  };
}

function setAside(category: Category, facts: FailureFacts, text: string): SetAside | null {
  switch (category) {
    case "rate_limited": {
      const asked = believedWaitMs(facts.retryAfterMs);
      const ms = asked ?? learnRetryAfterMs(text, facts.error?.data) ?? rateLimitedMs;
      return { scope: "provider", ms, doubling: false, untilProbe: false };
    }
    case "quota":
      return { scope: "provider", ms: quotaMs, doubling: true, untilProbe: false };
    case "auth":
      return { scope: "provider", ms: authMs, doubling: true, untilProbe: false };
    case "unsupported":
      return { scope: "method", ms: unsupportedMs, doubling: false, untilProbe: false };
    case "wrong_chain":
    case "syncing":
      return { scope: "provider", ms: 0, doubling: false, untilProbe: true };
    default:
      return null;
  }
}

function learnt(category: Category, method: string, text: string, rule: TextRule | null): Learnt | null {
  if (category === "unsupported") return { kind: "unsupported" };
  if (category === "range" && isAmong("range", method)) {
    return rule?.lesson === "addresses" ? { kind: "get_logs_addresses" } : learnRange(text);
  }
  if (category !== "missing_data") return null;
  if (rule?.lesson === "lowest") return learnLowest(text);
  return rule?.lesson === "too_new" ? { kind: "too_new" } : null;
}

/** Of several failures the one that says most to the caller, the first among equals; undefined: there was none. */
export function combine<T extends { readonly category: Category }>(failures: readonly T[]): T | undefined {
  let best: T | undefined;
  let bestRank = Infinity;
  for (const failure of failures) {
    const at = precedence.indexOf(failure.category);
    const rank = at < 0 ? precedence.length : at;
    if (rank < bestRank) (best = failure), (bestRank = rank);
  }
  return best;
}
