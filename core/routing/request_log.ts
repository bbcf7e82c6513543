// The log line `rpc.request.completed`, as wire text. It is made for every request at the default sampling, so it is
// joined from pieces instead of going through JSON.stringify; only what a client or an upstream chose is escaped.

import type { Channel } from "../providers/channel.ts";
import { maskText } from "../redact.ts";
import { paramsDigest } from "../rpc/params_digest.ts";
import { textToWire, wireToText } from "../rpc/wire.ts";
import type { ObservabilitySettings } from "../settings.ts";
import { endToEndMs, resultLabel } from "./metadata.ts";
import type { Run } from "./run.ts";

type Wanted = Pick<ObservabilitySettings, "includeParamsDigest" | "maxErrorMessageChars">;

/** `streamFailure`: why a streamed answer was cut; null otherwise. */
export function requestLine(run: Run, wallMs: number, wanted: Wanted, streamFailure: string | null): string {
  const { request, selected } = run;
  const { params } = request.call;
  const isFailure = streamFailure !== null || run.outcome?.kind === "refusal";
  let line = (isFailure ? headOf(wallMs, "warn") : headOf(wallMs, "info")) + request.id + '","strategy":"' +
    run.limits.strategy + '","chain":"' + run.env.chain.name + '","transport":"' + request.ingress +
    '","jsonrpc_method":' + methodText(run) + ',"params_present":' +
    (params === undefined ? "false" : "true");
  if (wanted.includeParamsDigest && params !== undefined) {
    line += ',"params_digest":"' + paramsDigest(params) + '"';
  }
  line += channelsText(run) + ms(run.selectionMs) + ',"retries":' + run.retries +
    ',"circuit_breaker_state":' + (selected === null ? "null" : '"' + selected.candidate.breaker + '"') +
    '},"timing":{"upstream_latency_ms":' + ms(run.selectedMs) + ',"end_to_end_latency_ms":' +
    ms(endToEndMs(run)) +
    '},"response":{' + responseText(run, wanted.maxErrorMessageChars, streamFailure) + "}}";
  return line;
}

let lastMs = 0;
let lastHeads = { info: "", warn: "" };

/** The line up to the request's id; many lines share a millisecond. */
function headOf(wallMs: number, level: "info" | "warn"): string {
  if (wallMs !== lastMs) {
    lastMs = wallMs;
    const iso = new Date(wallMs).toISOString();
    const head = (name: string): string =>
      `{"ts":"${iso}","level":"${name}","event":"rpc.request.completed","request_id":"`;
    lastHeads = { info: head("info"), warn: head("warn") };
  }
  return lastHeads[level];
}

/** The digits behind the point for each whole number of microseconds, without zeros at the end. */
const fractions = Array.from({ length: 1000 }, (_, us) => us === 0 ? "" : String(us / 1000).slice(1));

/** Milliseconds with three digits. Whole numbers are put together, since writing a fraction takes several times as long. */
function ms(value: number): string {
  const us = Math.round(value * 1000);
  return us >= 0 && us < 1e9 ? Math.trunc(us / 1000) + fractions[us % 1000]! : String(us / 1000);
}

function methodText(run: Run): string {
  const { method } = run.request.call;
  return run.info.label === method ? '"' + method + '"' : textToWire(JSON.stringify(method.slice(0, 128)));
}

const channelTexts = new WeakMap<readonly string[], Map<Channel | null, string>>();

/** Candidates and the selected one, up to the selection's time. Orders are kept for a while, so it is written once. */
function channelsText(run: Run): string {
  const { order, selected } = run;
  if (order === null) return channels("[]", selected);
  let texts = channelTexts.get(order.names);
  if (texts === undefined) channelTexts.set(order.names, texts = new Map());
  let text = texts.get(selected);
  if (text === undefined) texts.set(selected, text = channels(JSON.stringify(order.names), selected));
  return text;
}

function channels(names: string, selected: Channel | null): string {
  const chosen = selected === null
    ? "null"
    : `{"id":"${selected.provider.id}","protocol":"${selected.protocol}"}`;
  return `,"routing":{"candidate_providers":${names},"selected_provider":${chosen},"selection_latency_ms":`;
}

function responseText(run: Run, maxChars: number, streamFailure: string | null): string {
  const { outcome } = run;
  const secrets = (): string[] => run.env.chain.providers.flatMap((provider) => provider.secrets);
  if (streamFailure !== null) {
    const category = streamFailure === "cancelled" ? "cancelled" : "transport";
    return failure(-32000, maskText(streamFailure, secrets()), category, maxChars);
  }
  if (outcome === null) return '"status":"error","result_type":"none"';
  if (outcome.kind === "result") return '"status":"success","result_type":"' + typeOf(outcome.result) + '"';
  if (outcome.kind === "stream") return '"status":"success","result_type":"stream"';
  if (outcome.kind === "refusal") {
    return failure(outcome.refusal.code, outcome.refusal.message, resultLabel(run), maxChars);
  }
  const message = maskText(errorMessage(outcome.error), secrets());
  return failure(outcome.code, message, outcome.category, maxChars);
}

function failure(code: number, message: string, category: string, maxChars: number): string {
  const text = textToWire(JSON.stringify(maskText(message).slice(0, maxChars)));
  return `"status":"error","result_type":"error","error":{"code":${code},"message":${text},"category":"${category}"}`;
}

function errorMessage(error: string): string {
  try {
    const { message } = JSON.parse(wireToText(error)) as { message?: unknown };
    return typeof message === "string" ? message : "";
  } catch {
    return "";
  }
}

function typeOf(result: string): string {
  const c = result.charCodeAt(0);
  if (c === 0x22) return "string";
  if (c === 0x7b) return "object";
  if (c === 0x5b) return "array";
  if (c === 0x6e) return "null";
  return c === 0x74 || c === 0x66 ? "boolean" : "number";
}
