// Writes reach what the rule allows (product.md section 4): a raw transaction goes to `send.fanout` providers, to one
// more for each that failed, never to a private one that was not asked for, and nothing arrives that nobody sent.

import type { CheckResult } from "../../model/result.ts";
import { attemptFailed } from "../errors_expected.ts";
import { routerSetting } from "../router_setting.ts";
import type { RunFacts } from "../run_facts.ts";
import { plansMethod } from "../planned.ts";
import { Examples, nothingPlanned, resultOf } from "./finding.ts";

const defaultFanout = 3;

interface Sending {
  /** Providers that it may reach. */
  allowed: number;
  /** Providers that it was pinned to. */
  readonly pinned: Set<string>;
}

/**
 * Unknown where raw transactions were planned and none was sent, or nobody recorded what the providers got. What custom workloads send is
 * theirs alone to know: on their chains nothing is blamed for coming from nobody.
 */
export function writesAsAllowed(facts: RunFacts): CheckResult {
  const sendings = sendingsOf(facts);
  const { providers } = facts.record;
  const arrived = providers.some(({ rawTransactions }) => rawTransactions.length > 0);
  if (sendings.size === 0 && !arrived && !plansMethod(facts, isWrite)) {
    return nothingPlanned("writesAsAllowed", "no write was planned");
  }
  if (facts.isForeign) return unknown("which fanout a foreign target has can't be told");
  const wrong = new Examples();
  if (sendings.size === 0 && !arrived) return unknown("no raw transaction was sent");
  if (providers.length === 0) return unknown("what the providers were asked was not recorded");
  const privates = new Set(
    facts.scenario.chains.flatMap(({ name, providers }) =>
      providers.filter(({ config }) => config["private"] === true).map(({ id }) => `${name}/${id}`)
    ),
  );
  const hidden = new Set(
    facts.scenario.workloads.flatMap(({ kind, chain }) => kind === "custom" ? [chain] : []),
  );
  const reached = new Map<string, Set<string>>();
  for (const { chain, provider, rawTransactions } of providers) {
    for (const raw of rawTransactions) {
      const key = `${chain} ${raw.toLowerCase()}`;
      const sending = sendings.get(key);
      if (sending === undefined) {
        if (!hidden.has(chain)) wrong.add(`${provider} on ${chain} got ${cut(raw)}, which no client sent`);
        continue;
      }
      if (privates.has(`${chain}/${provider}`) && !sending.pinned.has(provider)) {
        wrong.add(`${cut(raw)} reached the private provider ${provider} on ${chain}`);
      }
      const at = reached.get(key);
      if (at === undefined) reached.set(key, new Set([provider]));
      else at.add(provider);
    }
  }
  for (const [key, at] of reached) {
    const { allowed } = sendings.get(key)!;
    if (at.size > allowed) {
      const raw = key.slice(key.indexOf(" ") + 1);
      wrong.add(`${cut(raw)} reached ${at.size} providers (${[...at].join(", ")}); ${allowed} are allowed`);
    }
  }
  const why = sendings.size === 0 ? "no raw transaction of a known workload was sent" : null;
  return resultOf("writesAsAllowed", wrong, why);
}

/** By chain and raw transaction, in lower case. One that is sent twice may reach twice as many. */
function sendingsOf(facts: RunFacts): Map<string, Sending> {
  const fanout = Number(routerSetting(facts.scenario, ["send", "fanout"]) ?? defaultFanout);
  const sendings = new Map<string, Sending>();
  for (const { chain, record } of [...facts.warmup, ...facts.calls]) {
    if (record.method !== "eth_sendRawTransaction") continue;
    const raw = rawOf(record.params);
    if (raw === null) continue;
    const key = `${chain} ${raw}`;
    let sending = sendings.get(key);
    if (sending === undefined) sendings.set(key, sending = { allowed: 0, pinned: new Set() });
    sending.allowed += fanout + record.attempts.filter(({ outcome }) => attemptFailed(outcome)).length;
    const workload = facts.workloads.get(record.workload);
    const via = workload !== undefined && "via" in workload ? workload.via : null;
    const pin = via === null ? null : /^provider\/(.+)$/.exec(via);
    if (pin !== null) sending.pinned.add(pin[1]!);
  }
  return sendings;
}

function isWrite(method: string): boolean {
  return method.includes("_sendRawTransaction");
}

function rawOf(params: string): string | null {
  const found = /^\s*\[\s*"(0x[0-9a-fA-F]*)"/.exec(params);
  return found === null ? null : found[1]!.toLowerCase();
}

function unknown(reason: string): CheckResult {
  return resultOf("writesAsAllowed", new Examples(), reason);
}

function cut(raw: string): string {
  return raw.length <= 22 ? raw : `${raw.slice(0, 12)}…${raw.slice(-8)}`;
}
