// What an error of the platform's fetch means. It has no codes, only a chain of texts, so the texts are matched; none
// is passed on, because they quote the URL. What is not recognised counts as a reset after the request was sent.

import type { TransportFailure, TransportFailureCode } from "../../core/plugins/transport.ts";
import { codeOf, failure } from "./failures.ts";

interface Rule {
  readonly pattern: RegExp;
  readonly code: TransportFailureCode;
  readonly text: string;
}

/** Errors before the request could be sent: the connection was never there. */
const connectRules: readonly Rule[] = [
  { pattern: /proxy|tunnel/, code: "proxy", text: "can't be reached through the proxy" },
  {
    pattern: /dns error|failed to lookup|name or service/,
    code: "dns",
    text: "has a name that can't be resolved",
  },
  {
    pattern: /certificate|unknownissuer|tls|handshake|corrupt message/,
    code: "tls",
    text: "has no valid TLS",
  },
  { pattern: /timed out|os error 110/, code: "connect_timeout", text: "did not take the connection in time" },
  {
    pattern: /reset|os error 104|closed|eof/,
    code: "reset",
    text: "reset the connection while it was opened",
  },
  { pattern: /./, code: "refused", text: "refused the connection" },
];

/** Errors of a connection with a request on it. */
const callRules: readonly Rule[] = [
  {
    pattern: /certificate ?(required|unknown|expired)|unknown ?ca/,
    code: "tls",
    text: "refused our certificate",
  },
  {
    pattern:
      /invalid http|invalid content-length|parse|too large|invalid chunk|unexpected transfer|header|gzip|deflate|corrupt|decode|checksum/,
    code: "malformed",
    text: "sent a malformed answer",
  },
  {
    pattern: /connection reset|os error 104|broken pipe|stream (reset|error)/,
    code: "reset",
    text: "reset the connection",
  },
  {
    pattern:
      /reading a body|incomplete|unexpected ?eof|end of file|closed before|connection closed|unexpected end/,
    code: "eof",
    text: "closed the connection before the end of its answer",
  },
  { pattern: /./, code: "reset", text: "broke the connection" },
];

/** `answering`: the head of the answer had arrived. */
export function fetchFailure(upstream: string, error: unknown, answering: boolean): TransportFailure {
  const text = textsOf(error).toLowerCase();
  const connecting = !answering &&
    /\(connect\)|dns error|tcp connect|are blocked|error trying to connect/.test(text);
  const rule = (connecting ? connectRules : callRules).find(({ pattern }) => pattern.test(text)) ??
    callRules.at(-1)!;
  return failure(rule.code, `${upstream} ${rule.text}.`, !connecting);
}

/** Messages and codes of an error and its causes. */
function textsOf(error: unknown): string {
  const texts: string[] = [];
  for (let each = error, depth = 0; each instanceof Error && depth < 8; each = each.cause, depth++) {
    texts.push(`${codeOf(each)} ${each.message.replace(/\bfor url \([^)]*\)/g, "")}`);
  }
  return texts.join(" ");
}
