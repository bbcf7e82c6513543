// How `lasso explain` shows an explanation to people: what the call is, then a table of the candidates in the order
// in which they would be tried. Pure; called by explain.ts.

import type { BlockReference } from "../core/plugins/strategy.ts";
import type { ExplainedCandidate, Explanation } from "../core/routing/explain.ts";
import { table } from "./table.ts";

const replayWords: Readonly<Record<string, string>> = {
  read: "a read, repeated where needed",
  send: "broadcast, safe to repeat",
  filter: "a filter, bound to where it was made",
  unknown: "sent once only",
};

export function explainText(found: Explanation): string {
  const { method, chain, replay } = found;
  if (replay === "local") return `${method} on ${chain} is answered by Lasso; no provider is asked.\n`;
  if (replay === "refused") {
    return `${method} on ${chain} is refused by Lasso: it needs a key held by the node.\n`;
  }
  const lines = [
    `${method} on ${chain}: ${replayWords[replay] ?? replay}`,
    `strategy: ${found.strategy} (${
      found.cadence === "cached" ? "ranking kept a while" : "ranked per call"
    })`,
    `block:    ${blockText(found.block)}; head ${found.head ?? "unknown"}, served so far ${found.served}`,
    `time:     ${found.timeout_ms} ms in all, ${found.attempt_timeout_ms} ms an attempt`,
    "",
  ];
  const header = ["PLACE", "CHANNEL", "GROUP", "BREAKER", "P50 MS", "P99 MS", "N", "LAG", "WHY"];
  return `${lines.join("\n")}\n${table(header, found.candidates.map(row))}`;
}

function row(candidate: ExplainedCandidate): string[] {
  const { latency } = candidate;
  return [
    candidate.place === null ? "-" : String(candidate.place),
    candidate.id,
    candidate.group,
    words(candidate.breaker),
    latency === null ? "-" : latency.p50_ms.toFixed(1),
    latency === null ? "-" : latency.p99_ms.toFixed(1),
    latency === null ? "-" : String(latency.n),
    candidate.lag_blocks === null ? "-" : String(candidate.lag_blocks),
    whyText(candidate),
  ];
}

function whyText({ excluded, set_back: setBack, why }: ExplainedCandidate): string {
  if (excluded !== null) return `never: ${words(excluded)}`;
  return setBack === null ? why : `set back (${words(setBack)}); ${why}`;
}

/** `breaker_open` as people write it. */
function words(code: string): string {
  return /^[a-z_]+$/.test(code) ? code.replaceAll("_", " ") : code;
}

function blockText(block: BlockReference): string {
  switch (block.kind) {
    case "none":
      return "none named";
    case "tag":
      return block.tag;
    case "number":
      return String(block.number);
    case "hash":
      return block.hash;
    case "range":
      return `${block.from ?? "head"} to ${block.to ?? "head"}`;
  }
}
