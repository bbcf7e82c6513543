// The headers `traceparent` and `tracestate` of W3C Trace Context (level 1), both ways. What is malformed is as if it
// were not there: a trace begins anew, the call is served all the same. Called for each request while tracing is on.
// https://www.w3.org/TR/trace-context/

import type { ParentSpan } from "./tracer.ts";

/** Version 00; a later version may go on behind a dash. */
const parentPattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
/** The least that any implementation must pass on; above it the state is dropped, which the standard allows. */
const maxStateChars = 512;
const statePattern = /^[\x20-\x7e\t]*$/;

/** null: there is no such header, or it is malformed. A header that came twice is malformed too. */
export function parentSpan(
  traceparent: string | undefined,
  tracestate: string | undefined,
): ParentSpan | null {
  if (traceparent === undefined) return null;
  const found = parentPattern.exec(traceparent.trim());
  if (found === null) return null;
  const [, version = "", traceId = "", spanId = "", flags = "", more] = found;
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null;
  const sampled = (parseInt(flags, 16) & 1) === 1;
  return { traceId, spanId, sampled, state: listMembers(tracestate) };
}

/** Header lines for the next in line, each with its CRLF. */
export function traceLines(traceId: string, spanId: string, sampled: boolean, state: string): string {
  const parent = `traceparent: 00-${traceId}-${spanId}-${sampled ? "01" : "00"}\r\n`;
  return state === "" ? parent : `${parent}tracestate: ${state}\r\n`;
}

function listMembers(tracestate: string | undefined): string {
  if (tracestate === undefined) return "";
  const state = tracestate.trim();
  return state.length <= maxStateChars && statePattern.test(state) ? state : "";
}
