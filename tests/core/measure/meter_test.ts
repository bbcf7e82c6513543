import assert from "node:assert/strict";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { readExposition } from "./exposition_oracle.ts";
import { candidate, meterOn } from "./support.ts";

Deno.test("metrics() of a fresh meter is well formed and holds no chain", () => {
  using meter = meterOn(new VirtualClock());
  const { samples } = readExposition(meter.metrics());
  assert.ok([...samples.keys()].every((key) => !key.includes("chain=")));
  assert.equal(samples.get('lasso_build_info{version="1.2.3",deno="2.9.6",v8="15",typescript="6"}'), 1);
});

Deno.test("metrics() shows each event under the names and labels of the contract", () => {
  using meter = meterOn(new VirtualClock());
  const [a, b] = [candidate("alchemy"), candidate("infura", { transport: "ws" })];
  meter.chain("ethereum");
  meter.attempt("ethereum", a, "eth_call", 30, "server", false, 0, "fastest");
  meter.failover("ethereum", "alchemy", "server");
  meter.attempt("ethereum", b, "eth_call", 20, "ok", false, 0, "fastest");
  meter.request("ethereum", "eth_call", "ok", 51, 0.04, 0, "fastest", false);
  meter.breaker("ethereum", a, "open");
  meter.breaker("ethereum", b, "half_open");
  meter.head("ethereum", "alchemy", 21_000_000, 3);
  meter.behind("ethereum", "alchemy");
  meter.reload("failed");
  meter.gauge("lasso_in_flight", "Requests under way.", () => [{ value: 7 }]);
  meter.counter("lasso_log_dropped_total", "Lines.", () => [{ value: 2 }]);
  meter.gauge(
    "lasso_connections",
    "Connections.",
    () => [{ labels: { direction: "in", transport: "http" }, value: 5 }],
  );
  const { types, samples } = readExposition(meter.metrics());
  const want: Record<string, number> = {
    'lasso_requests_total{chain="ethereum",method="eth_call",outcome="ok"}': 1,
    'lasso_request_duration_seconds_bucket{chain="ethereum",le="0.05"}': 0,
    'lasso_request_duration_seconds_bucket{chain="ethereum",le="0.1"}': 1,
    'lasso_request_duration_seconds_sum{chain="ethereum"}': 0.051,
    'lasso_overhead_seconds_bucket{le="0.00001"}': 0,
    'lasso_overhead_seconds_bucket{le="0.00005"}': 1,
    "lasso_overhead_seconds_count": 1,
    'lasso_upstream_requests_total{chain="ethereum",provider="alchemy",transport="http",method="eth_call",outcome="server"}':
      1,
    'lasso_upstream_requests_total{chain="ethereum",provider="infura",transport="ws",method="eth_call",outcome="ok"}':
      1,
    'lasso_upstream_duration_seconds_count{chain="ethereum",provider="infura",transport="ws"}': 1,
    'lasso_failovers_total{chain="ethereum",provider="alchemy",category="server"}': 1,
    'lasso_breaker_state{chain="ethereum",provider="alchemy",transport="http"}': 2,
    'lasso_breaker_state{chain="ethereum",provider="infura",transport="ws"}': 1,
    'lasso_head_block{chain="ethereum",provider="alchemy"}': 21_000_000,
    'lasso_head_lag_blocks{chain="ethereum",provider="alchemy"}': 3,
    'lasso_answers_behind_total{chain="ethereum",provider="alchemy"}': 1,
    'lasso_config_reloads_total{result="failed"}': 1,
    'lasso_config_reloads_total{result="ok"}': 0,
    "lasso_in_flight": 7,
    "lasso_log_dropped_total": 2,
    'lasso_connections{direction="in",transport="http"}': 5,
    'lasso_memory_bytes{kind="rss"}': 4096,
    'lasso_memory_bytes{kind="heap_used"}': 10,
    'lasso_memory_bytes{kind="heap_total"}': 20,
    'lasso_memory_bytes{kind="external"}': 5,
    "lasso_event_loop_lag_seconds": 0,
  };
  for (const [key, value] of Object.entries(want)) assert.equal(samples.get(key), value, key);
  assert.equal(types.get("lasso_log_dropped_total"), "counter");
  assert.equal(types.get("lasso_in_flight"), "gauge");
});

Deno.test("request() for a chain that nobody serves has no chain label, however many names come", () => {
  using meter = meterOn(new VirtualClock());
  meter.chain("base");
  for (let i = 0; i < 5_000; i++) {
    meter.request(`chain-${i}`, "other", "unknown_chain", 1, 0.1, 0, "fastest", false);
  }
  const { samples } = readExposition(meter.metrics());
  assert.equal(samples.get('lasso_requests_total{method="other",outcome="unknown_chain"}'), 5_000);
  assert.equal(samples.get("lasso_request_duration_seconds_count"), 5_000);
});

Deno.test("metrics() stays bounded whatever methods and outcomes come", () => {
  using meter = meterOn(new VirtualClock());
  const a = candidate("a");
  meter.chain("base");
  for (let i = 0; i < 5_000; i++) {
    meter.request("base", `m${i}`, "ok", 1, 0.1, 0, "fastest", false);
    meter.request("base", "m0", `o${i}`, 1, 0.1, 0, "fastest", false);
    meter.attempt("base", a, `m${i}`, 1, "ok", false, 0, "fastest");
  }
  const { samples } = readExposition(meter.metrics());
  const keys = [...samples.keys()];
  assert.equal(keys.filter((key) => key.startsWith("lasso_requests_total")).length, 199 + 64);
  assert.equal(keys.filter((key) => key.startsWith("lasso_upstream_requests_total")).length, 200);
  const total = keys.filter((key) => key.startsWith("lasso_requests_total")).reduce(
    (n, key) => n + samples.get(key)!,
    0,
  );
  assert.equal(total, 10_000);
});

Deno.test("metrics() escapes what names may hold", () => {
  using meter = meterOn(new VirtualClock());
  meter.attempt('a"b', candidate("p\\q\n"), "eth_call", 1, "ok", false, 0, "fastest");
  const { samples } = readExposition(meter.metrics());
  assert.equal(
    samples.get(
      'lasso_upstream_requests_total{chain="a\\"b",provider="p\\\\q\\n",transport="http",method="eth_call",outcome="ok"}',
    ),
    1,
  );
});

Deno.test("chain() gives the view that attempts feed", () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  const a = candidate("a");
  meter.attempt("base", a, "eth_call", 12, "ok", false, clock.now(), "fastest");
  assert.equal(meter.chain("base").latency(a, "eth_call")!.p50, 12);
  assert.equal(meter.chain("ethereum").latency(a, "eth_call"), null);
});

Deno.test("chain() keeps the view's time current by itself, within half a second", async () => {
  const clock = new VirtualClock();
  using meter = meterOn(clock);
  const a = candidate("a");
  await clock.advance(100);
  meter.attempt("base", a, "eth_call", 12, "ok", false, clock.now(), "fastest");
  assert.equal(meter.chain("base").now, 100);
  await clock.advance(60_000);
  assert.equal(meter.chain("base").now, 60_000);
  assert.equal(meter.chain("base").latency(a, "eth_call")!.age, 59_900);
});

Deno.test("forget() drops a chain, retain() what is gone from one", () => {
  using meter = meterOn(new VirtualClock());
  const [a, b] = [candidate("a"), candidate("b")];
  for (const chain of ["base", "ethereum"]) {
    for (const who of [a, b]) {
      meter.attempt(chain, who, "eth_call", 1, "ok", false, 0, "fastest");
      meter.breaker(chain, who, "open");
      meter.head(chain, who.provider, 1, 0);
      meter.failover(chain, who.provider, "server");
      meter.behind(chain, who.provider);
    }
  }
  meter.forget("base");
  meter.retain("ethereum", [a]);
  meter.retain("nowhere", []);
  const keys = [...readExposition(meter.metrics()).samples.keys()];
  assert.ok(keys.every((key) => !key.includes('"base"') && !key.includes('provider="b"')));
  assert.equal(keys.filter((key) => key.includes('provider="a"') && !key.includes("_bucket")).length, 8);
});

Deno.test("gauge() refuses a second owner and a malformed name", () => {
  using meter = meterOn(new VirtualClock());
  meter.gauge("lasso_in_flight", "X.", () => []);
  assert.throws(() => meter.counter("lasso_in_flight", "X.", () => []), {
    message:
      "The metric lasso_in_flight is registered already\n  fix: register each metric once, in one place, with all its samples",
  });
  assert.throws(() => meter.gauge("in-flight", "X.", () => []), /can't be the name of a metric/);
});

Deno.test("metrics() shows the event loop's worst lateness for 15 s", async () => {
  const clock = new LateClock();
  using meter = meterOn(clock);
  const lag = (): number => readExposition(meter.metrics()).samples.get("lasso_event_loop_lag_seconds")!;
  await clock.advance(5_000);
  assert.equal(lag(), 0);
  clock.lateMs = 80;
  await clock.advance(1_000);
  clock.lateMs = 0;
  await clock.advance(14_000);
  assert.equal(lag(), 0.08);
  await clock.advance(3_000);
  assert.equal(lag(), 0);
});

Deno.test("dispose() leaves no timer", () => {
  const clock = new VirtualClock();
  const meter = meterOn(clock);
  assert.equal(clock.pending, 2);
  meter[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});

/** Fires every timer `lateMs` after its time. */
class LateClock extends VirtualClock {
  lateMs = 0;
  override after(ms: number, fire: () => void): ReturnType<VirtualClock["after"]> {
    return super.after(ms + this.lateMs, fire);
  }
}
