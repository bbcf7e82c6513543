// The log line `rpc.request.completed`, as wire text. It is made for every request at the default sampling, so it is
// joined from pieces instead of going through JSON.stringify; only what a client or an upstream chose is escaped.

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
  let line =
    `{"ts":"${isoTime(wallMs)}","level":"${
      isFailure ? "warn" : "info"
    }","event":"rpc.request.completed","request_id":"` +
    request.id + '","strategy":"' + run.limits.strategy + '","chain":"' + run.env.chain.name +
    '","transport":"' +
    request.ingress + '","jsonrpc_method":' + methodText(run) + ',"params_present":' +
    (params === undefined ? "false" : "true");
  if (wanted.includeParamsDigest && params !== undefined) {
    line += ',"params_digest":"' + paramsDigest(params) + '"';
  }
  line += ',"routing":{"candidate_providers":' + namesText(run) + ',"selected_provider":' +
    (selected === null
      ? "null"
      : '{"id":"' + selected.provider.id + '","protocol":"' + selected.protocol + '"}') +
    ',"selection_latency_ms":' + ms(run.selectionMs) + ',"retries":' + run.retries +
    ',"circuit_breaker_state":' +
    (selected === null ? "null" : '"' + selected.candidate.breaker + '"') +
    '},"timing":{"upstream_latency_ms":' + ms(run.selectedMs) + ',"end_to_end_latency_ms":' +
    ms(endToEndMs(run)) +
    '},"response":{' + responseText(run, wanted.maxErrorMessageChars, streamFailure) + "}}";
  return line;
}

let lastMs = 0;
let lastIso = "";

/** Many lines share a millisecond. */
function isoTime(wallMs: number): string {
  if (wallMs !== lastMs) {
    lastMs = wallMs;
    lastIso = new Date(wallMs).toISOString();
  }
  return lastIso;
}

function ms(value: number): string {
  // Microseconds are kept; a whole number of them divides without a long tail.
  return String(Math.round(value * 1000) / 1000);
}

function methodText(run: Run): string {
  const { method } = run.request.call;
  return run.info.label === method ? '"' + method + '"' : textToWire(JSON.stringify(method.slice(0, 128)));
}

const namesOf = new WeakMap<readonly string[], string>();

/** Orders are kept for a while, so their names are written once. */
function namesText(run: Run): string {
  const names = run.order?.names;
  if (names === undefined) return "[]";
  let text = namesOf.get(names);
  if (text === undefined) namesOf.set(names, text = JSON.stringify(names));
  return text;
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
