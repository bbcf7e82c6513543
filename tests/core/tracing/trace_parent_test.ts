import assert from "node:assert/strict";
import { parentSpan, traceLines } from "../../../core/tracing/trace_parent.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const spanId = "00f067aa0ba902b7";

Deno.test("parentSpan() reads traceparent and tracestate, a later version's too", () => {
  assert.deepEqual(parentSpan(`00-${traceId}-${spanId}-01`, undefined), {
    traceId,
    spanId,
    sampled: true,
    state: "",
  });
  assert.equal(parentSpan(` 00-${traceId}-${spanId}-00 `, " a=1,b=2 ")?.state, "a=1,b=2");
  assert.equal(parentSpan(`00-${traceId}-${spanId}-02`, undefined)?.sampled, false);
  assert.equal(parentSpan(`cc-${traceId}-${spanId}-03-what-comes`, undefined)?.sampled, true);
});

Deno.test("parentSpan() takes what is malformed as not there", () => {
  const bad = [
    "",
    `ff-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01-more`,
    `00-${"0".repeat(32)}-${spanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    `00-${traceId.slice(1)}-${spanId}-01`,
    `00-${traceId}-${spanId}-1`,
    // A header that came twice.
    `00-${traceId}-${spanId}-01, 00-${traceId}-${spanId}-01`,
  ];
  for (const text of bad) assert.equal(parentSpan(text, "a=1"), null, text);
  assert.equal(parentSpan(undefined, "a=1"), null);
});

Deno.test("parentSpan() drops a state that is too long or could break a header", () => {
  const parent = `00-${traceId}-${spanId}-01`;
  assert.equal(parentSpan(parent, `a=${"x".repeat(510)}`)?.state.length, 512);
  assert.equal(parentSpan(parent, `a=${"x".repeat(511)}`)?.state, "");
  assert.equal(parentSpan(parent, "a=1\r\nx: y")?.state, "");
  assert.equal(parentSpan(parent, "a=\u00e4")?.state, "");
});

Deno.test("traceLines() writes what parentSpan() reads", () => {
  assert.equal(traceLines(traceId, spanId, false, ""), `traceparent: 00-${traceId}-${spanId}-00\r\n`);
  assert.equal(
    traceLines(traceId, spanId, true, "a=1"),
    `traceparent: 00-${traceId}-${spanId}-01\r\ntracestate: a=1\r\n`,
  );
});
