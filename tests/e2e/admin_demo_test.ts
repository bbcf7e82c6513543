// The demo's controls by the admin API, with the simulated world, its traffic and a router in front of it, as
// `lasso demo` wires them.

import assert from "node:assert/strict";
import { DemoDesk } from "../../battle/demo_controls.ts";
import { startDemoWorld } from "../../battle/demo_world.ts";
import { systemClock } from "../../core/clock.ts";
import { silentLog } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import type { FeedEvent } from "../../core/server/event_hub.ts";
import { rpc } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

interface Demo extends AsyncDisposable {
  readonly url: string;
  readonly desk: DemoDesk;
  readonly heard: readonly FeedEvent[];
  // deno-lint-ignore no-explicit-any
  admin(method: string, path: string, body?: unknown): Promise<{ status: number; data: any; error: any }>;
}

async function startDemo(): Promise<Demo> {
  await using stack = new AsyncDisposableStack();
  const deps = { clock: systemClock, random: seededRandom(5), log: silentLog };
  const world = stack.use(await startDemoWorld(deps));
  const desk = new DemoDesk(world, deps);
  const text = JSON.stringify({ chains: world.chainsConfig });
  const lasso = stack.use(await startLasso(text, { admin: { demo: desk } }));
  const { url, state } = lasso.server;
  const heard: FeedEvent[] = [];
  state.deps.hub.listen({ heard: (event) => void heard.push(event) });
  await desk.begin(new Map(["ethereum", "base"].map((name) => [name, `${url}/rpc/${name}`])));
  stack.use(desk);
  const kept = stack.move();
  return {
    url,
    desk,
    heard,
    admin: async (method, path, body = {}) => {
      const response = await fetch(`${url}/api/admin/${path}`, {
        method,
        headers: { "content-type": "application/json" },
        ...(method === "GET" ? {} : { body: JSON.stringify(body) }),
      });
      const { data, error } = await response.json();
      return { status: response.status, data, error };
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

Deno.test("admin traffic changes what the demo sends, and ends it", async () => {
  await using demo = await startDemo();
  await until("the usual traffic flows", () => (demo.desk.traffic?.ok ?? 0) > 3);
  for (const transport of ["ws", "http"]) {
    const plan = { rate: 100, methods: { eth_getCode: 1 }, chain: "base", transport, strategy: "priority" };
    const { status, data } = await demo.admin("POST", "traffic", plan);
    assert.deepEqual([status, data.ok, data.traffic.workload.rate], [200, true, 100]);
    await until(`calls go by ${transport}`, () => (demo.desk.traffic?.ok ?? 0) > 3);
    const codes = demo.heard.filter(({ fields }) => fields.method === "eth_getCode");
    assert.ok(codes.length > 0);
    for (const { chain, fields } of codes) {
      assert.deepEqual([chain, fields.strategy], ["base", "priority"]);
    }
  }
  const wrong = await demo.admin("POST", "traffic", { methods: { eth_sign: 1 } });
  assert.deepEqual([wrong.status, wrong.error.code], [400, "bad_body"]);
  assert.equal((await demo.admin("POST", "traffic", { strategy: "magic" })).status, 400);
  assert.equal((await demo.admin("POST", "traffic", { chain: "mars" })).status, 404);
  assert.deepEqual((await demo.admin("DELETE", "traffic")).data, { ok: true, changed: true });
  assert.equal(demo.desk.traffic, null);
  assert.deepEqual((await demo.admin("DELETE", "traffic")).data, { ok: true, changed: false });
});

Deno.test("admin traffic as a sampler tells decisions without calls, marked as a test", async () => {
  await using demo = await startDemo();
  await demo.admin("DELETE", "traffic");
  const plan = { kind: "sampler", rate: 100, methods: { eth_getProof: 1 }, chain: "ethereum" };
  assert.equal((await demo.admin("POST", "traffic", plan)).data.traffic.sampler.rate, 100);
  const sampled = (): readonly FeedEvent[] => demo.heard.filter(({ fields }) => fields.test === true);
  await until("decisions are told", () => sampled().length > 5);
  for (const { topic, chain, fields } of sampled()) {
    assert.deepEqual([topic, chain, fields.method, fields.result], [
      "routing",
      "ethereum",
      "eth_getProof",
      "sampled",
    ]);
  }
  const { data } = await demo.admin("GET", "simulators");
  for (const { stats } of data.simulators) assert.equal(stats.callsByMethod.eth_getProof, undefined);
  assert.deepEqual((await demo.admin("DELETE", "traffic?kind=sampler")).data, { ok: true, changed: true });
});

Deno.test("admin faults break a simulated provider and mend it, and traffic moves", async () => {
  await using demo = await startDemo();
  const began = await demo.admin("POST", "faults", { kind: "kill", chain: "ethereum", provider: "swift" });
  assert.deepEqual([began.status, began.data.fault.kind, began.data.fault.until], [200, "kill", null]);
  const swift = async () => {
    const { data } = await demo.admin("GET", "simulators");
    return data.simulators[0];
  };
  const { alive, faults } = await swift();
  assert.deepEqual([alive, faults.length], [false, 1]);
  const twice = await demo.admin("POST", "faults", { kind: "kill", chain: "ethereum", provider: "swift" });
  assert.deepEqual([twice.status, twice.error.code], [409, "not_possible"]);
  const { result, lasso_meta } = await rpc(`${demo.url}/rpc/ethereum?include_meta=body`, "eth_gasPrice");
  assert.ok(result !== undefined && lasso_meta?.selected_provider?.id !== "swift");
  const ended = await demo.admin("DELETE", `faults?id=${began.data.fault.id}`);
  assert.deepEqual([ended.data.changed, ended.data.ended.length], [true, 1]);
  assert.equal((await swift()).alive, true);
  assert.equal((await demo.admin("DELETE", "faults?id=kill-99")).status, 404);
  const chaos = demo.heard.filter(({ topic }) => topic === "chaos").map(({ fields }) => fields.event);
  assert.deepEqual(chaos.slice(-2), ["fault.begin", "fault.end"]);
});

Deno.test("admin faults know what each kind takes", async () => {
  await using demo = await startDemo();
  const at = { chain: "ethereum", provider: "steady" };
  const fault = (body: unknown) => demo.admin("POST", "faults", body);
  for (
    const body of [
      { ...at, kind: "latency", ms: 50 },
      { ...at, kind: "error_rate", share: 0.5 },
      { ...at, kind: "rate_limit", retry_after_s: 2 },
      { ...at, kind: "lag", blocks: 3 },
      { ...at, kind: "forked_head", depth: 1 },
      { ...at, kind: "wrong_chain_id", chain_id: 5 },
      { ...at, kind: "stall" },
      { ...at, kind: "stall_subscriptions" },
      { ...at, kind: "malformed" },
      { ...at, kind: "lying" },
    ]
  ) assert.equal((await fault(body)).status, 200, body.kind);
  assert.equal((await demo.admin("GET", "simulators")).data.faults.length, 10);
  assert.equal((await demo.admin("DELETE", "faults")).data.ended.length, 10);
  for (const body of [{ ...at, kind: "drop_sockets" }, { chain: "base", kind: "reorg", depth: 2 }]) {
    const { data } = await fault(body);
    assert.equal(data.fault.until, data.fault.since, "it is over at once");
  }
  const timed = await fault({ ...at, kind: "stall", for: "200ms" });
  assert.equal(timed.status, 200);
  await until("it ends by itself", () => demo.desk.faults.length === 0);
  for (
    const body of [
      { ...at, kind: "latency" },
      { ...at, kind: "latency", ms: 0 },
      { ...at, kind: "kill", ms: 5 },
      { ...at, kind: "melt" },
      { chain: "ethereum", kind: "kill" },
      { ...at, kind: "reorg", depth: 1 },
      { chain: "base", kind: "reorg", depth: 1, for: "5s" },
      { chain: "base", kind: "reorg", depth: 65 },
    ]
  ) assert.equal((await fault(body)).status, 400, JSON.stringify(body));
  assert.equal((await fault({ chain: "ethereum", provider: "x", kind: "kill" })).status, 404);
  assert.equal((await fault({ chain: "mars", provider: "x", kind: "kill" })).status, 404);
  assert.equal(demo.desk.faults.length, 0);
});

Deno.test("admin events are told as tests, and steer nothing", async () => {
  await using demo = await startDemo();
  const body = { type: "cooldown_start", chain: "eth", provider: "swift" };
  assert.deepEqual((await demo.admin("POST", "events", body)).data, { ok: true, changed: true });
  const told = demo.heard.find(({ fields }) => fields.event === "provider.cooldown_start");
  assert.deepEqual([told?.topic, told?.chain, told?.fields.provider, told?.fields.test], [
    "provider",
    "ethereum",
    "swift",
    true,
  ]);
  const { data } = await (await fetch(`${demo.url}/status`)).json();
  assert.notEqual(data.chains[0].providers[0].state, "limited");
  assert.equal((await demo.admin("POST", "events", { ...body, type: "explode" })).status, 400);
  assert.equal((await demo.admin("POST", "events", { ...body, provider: "x" })).status, 404);
});
