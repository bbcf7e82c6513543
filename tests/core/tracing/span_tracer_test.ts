import assert from "node:assert/strict";
import { attemptFailed, callFailed } from "../../../core/measure/outcomes.ts";
import { seededRandom } from "../../../core/random.ts";
import { samplerOf } from "../../../core/tracing/sampler.ts";
import { type Span, SpanTracer } from "../../../core/tracing/span_tracer.ts";
import type { EndedCall } from "../../../core/tracing/tracer.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const call: EndedCall = {
  chain: "base",
  method: "eth_call",
  strategy: "fastest",
  ingress: "ws",
  requestId: "r1",
  outcome: "timeout",
  errorCode: -32000,
  provider: null,
  attempts: 1,
  startedAt: 0,
  endedAt: 40,
};

function tracer(spans: Span[], sampler = "always_on", random = seededRandom(1)): SpanTracer {
  return new SpanTracer({
    clock: new VirtualClock(),
    random,
    sampler: samplerOf(sampler, undefined),
    sink: (span) => void spans.push(span),
    attemptFailed,
    callFailed,
    addressOf: (_chain, provider) => provider === "gone" ? null : { host: "rpc.example", port: 443 },
  });
}

Deno.test("SpanTracer makes a trace of its own where the client named none", () => {
  const spans: Span[] = [];
  const trace = tracer(spans).begin(null);
  const attempt = trace?.attempt("base", "alchemy", "ws", "eth_call", 5);
  attempt?.ended("timeout", 35);
  trace?.ended(call);
  const [inner, outer] = spans;
  assert.match(outer!.traceId, /^[\da-f]{32}$/);
  assert.deepEqual([outer!.parentId, outer!.kind, outer!.error], [null, "server", "timeout"]);
  assert.deepEqual([inner!.parentId, inner!.traceId, inner!.kind], [outer!.spanId, outer!.traceId, "client"]);
  assert.deepEqual([inner!.startMs - outer!.startMs, inner!.endMs - outer!.startMs], [5, 35]);
  assert.equal(outer!.endMs - outer!.startMs, 40);
  assert.equal(attempt?.headers, `traceparent: 00-${outer!.traceId}-${inner!.spanId}-01\r\n`);
  assert.deepEqual(inner!.attributes, {
    "rpc.system": "jsonrpc",
    "rpc.jsonrpc.version": "2.0",
    "rpc.method": "eth_call",
    "lasso.chain": "base",
    "network.protocol.name": "websocket",
    "server.address": "rpc.example",
    "server.port": 443,
    "lasso.provider": "alchemy",
    "lasso.transport": "ws",
    "lasso.outcome": "timeout",
    "error.type": "timeout",
  });
  assert.equal(outer!.attributes["rpc.jsonrpc.error_code"], -32000);
});

Deno.test("SpanTracer calls no error what is the client's own fault or doing", () => {
  const spans: Span[] = [];
  const trace = tracer(spans).begin(null);
  trace?.attempt("base", "gone", "http", "eth_call", 0).ended("revert", 1);
  for (const outcome of ["ok", "error", "cancelled"]) trace?.ended({ ...call, outcome });
  assert.deepEqual(spans.map(({ error }) => error), [null, null, null, null]);
  assert.ok(
    spans.every(({ attributes }) => !("error.type" in attributes) && !("server.address" in attributes)),
  );
});

Deno.test("SpanTracer keeps nothing of what is not sampled", () => {
  const spans: Span[] = [];
  const off = tracer(spans, "always_off");
  assert.equal(off.begin(null), null);
  const passed = off.begin({ traceId: "a".repeat(32), spanId: "b".repeat(16), sampled: true, state: "x=1" });
  const attempt = passed?.attempt("base", "alchemy", "http", "eth_call", 0);
  assert.match(attempt?.headers ?? "", /^traceparent: 00-a{32}-[\da-f]{16}-00\r\ntracestate: x=1\r\n$/);
  attempt?.ended("ok", 1);
  passed?.ended(call);
  assert.deepEqual(spans, []);
});

Deno.test("SpanTracer.id() is never all 0", () => {
  assert.equal(tracer([], "always_on", { next: () => 0 }).id(8), "0000000000000001");
});
