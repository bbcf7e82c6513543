// `lasso serve` with a collector in its environment, as operators run it: what the collector gets, what upstreams see,
// and what a collector that is gone costs.

import assert from "node:assert/strict";
import { lassoFromSource, type LassoProcess } from "../support/lasso_process.ts";
import { type CollectedSpan, OtlpCollector } from "../support/otlp_collector.ts";
import { inTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";

const secretPath = "v2/SECRETKEY1234567890";

/** Answers what it is asked, and keeps the trace headers that came with each method. `failing`: eth_gasPrice by a 500. */
class Upstream implements AsyncDisposable {
  readonly seen: { method: string; traceparent: string | null; tracestate: string | null }[] = [];
  readonly #server;

  constructor(failing: boolean) {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const { id, method } = await request.json() as { id: unknown; method: string };
      const { headers } = request;
      this.seen.push({
        method,
        traceparent: headers.get("traceparent"),
        tracestate: headers.get("tracestate"),
      });
      if (failing && method === "eth_gasPrice") return new Response("down", { status: 500 });
      return Response.json({ jsonrpc: "2.0", id, result: "0x1" });
    });
  }

  get port(): number {
    return this.#server.addr.port;
  }

  of(method: string): Upstream["seen"] {
    return this.seen.filter((call) => call.method === method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Stage {
  readonly lasso: LassoProcess;
  readonly bad: Upstream;
  readonly good: Upstream;
}

async function staged(
  env: Readonly<Record<string, string>>,
  test: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using bad = new Upstream(true);
  await using good = new Upstream(false);
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(
      `${dir}/lasso.yaml`,
      `
server: { port: 0 }
defaults: { strategy: priority, breaker: false, health: { interval: 0 } }
chains:
  ethereum:
    providers:
      - { id: bad, url: "http://user:password@127.0.0.1:${bad.port}/${secretPath}", priority: 1 }
      - { id: good, url: "http://127.0.0.1:${good.port}/${secretPath}", priority: 2 }
`,
    );
    await using lasso = lassoFromSource(["serve", "--config", `${dir}/lasso.yaml`], env);
    await lasso.listening();
    // Both have said which chain they serve: from now on the first is tried first.
    await until("both are known", async () => {
      await call(lasso, "eth_gasPrice");
      return bad.of("eth_gasPrice").length > 0 && good.of("eth_chainId").length > 0;
    });
    await test({ lasso, bad, good });
  });
}

async function call(
  lasso: LassoProcess,
  method: string,
  headers: Record<string, string> = {},
): Promise<void> {
  await send(lasso, { jsonrpc: "2.0", id: 1, method, params: ["0xSECRETPARAM"] }, headers);
}

async function send(lasso: LassoProcess, body: unknown, headers: Record<string, string> = {}): Promise<void> {
  const answer = await fetch(`${lasso.url}/rpc/ethereum`, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", ...headers },
  });
  assert.equal(answer.status, 200);
  await answer.body?.cancel();
}

async function overWebSocket(lasso: LassoProcess, body: unknown): Promise<void> {
  const socket = new WebSocket(`${lasso.url.replace("http", "ws")}/rpc/ethereum`);
  await new Promise<void>((resolve, reject) => {
    socket.onerror = reject;
    socket.onopen = () => socket.send(JSON.stringify(body));
    socket.onmessage = () => resolve();
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
}

const traceId = "0af7651916cd43dd8448eb211c80319c";
const clientSpan = "b7ad6b7169203331";
const traced = { traceparent: `00-${traceId}-${clientSpan}-01`, tracestate: "vendor=a:b,other=1" };

Deno.test("serve with OTEL_EXPORTER_OTLP_ENDPOINT sends a span per request and per attempt, linked both ways", async () => {
  await using collector = new OtlpCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: "x-key=collector-key",
    OTEL_BSP_SCHEDULE_DELAY: "20",
    OTEL_SERVICE_NAME: "gateway",
    OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test",
  };
  await staged(env, async ({ lasso, bad, good }) => {
    await call(lasso, "eth_gasPrice", traced);
    const own = (): CollectedSpan[] => collector.spans.filter((span) => span.traceId === traceId);
    await until("the spans of the failover arrive", () => own().length === 3);
    const request = own().find(({ parentId }) => parentId === clientSpan);
    const attempts = own().filter(({ parentId }) => parentId === request?.spanId);
    assert.deepEqual([request?.name, request?.kind, request?.status, request?.traceState], [
      "eth_gasPrice",
      2,
      0,
      traced.tracestate,
    ]);
    assert.equal(request?.resource["service.name"], "gateway");
    assert.equal(request?.resource["deployment.environment"], "test");
    assert.equal(collector.headers.get("x-key"), "collector-key");
    const { "lasso.request_id": requestId, ...attributes } = request?.attributes ?? {};
    assert.match(String(requestId), /^[\da-f]{32}$/);
    assert.deepEqual(attributes, {
      "rpc.system": "jsonrpc",
      "rpc.jsonrpc.version": "2.0",
      "rpc.method": "eth_gasPrice",
      "network.protocol.name": "http",
      "lasso.chain": "ethereum",
      "lasso.strategy": "priority",
      "lasso.outcome": "ok",
      "lasso.attempts": 2,
      "lasso.provider": "good",
    });
    const byProvider = attempts.map(({ name, kind, status, attributes }) => [
      name,
      kind,
      status,
      attributes["lasso.outcome"],
      attributes["error.type"],
      attributes["server.port"],
    ]).toSorted();
    assert.deepEqual(byProvider, [
      ["eth_gasPrice bad", 3, 2, "server", "server", bad.port],
      ["eth_gasPrice good", 3, 0, "ok", undefined, good.port],
    ]);
    for (const { start, end } of attempts) {
      assert.ok(start >= request!.start && end <= request!.end && start <= end);
    }
    // Each upstream was told of its own attempt's span.
    for (const [upstream, provider] of [[bad, "bad"], [good, "good"]] as const) {
      const span = attempts.find(({ attributes }) => attributes["lasso.provider"] === provider);
      const told = upstream.of("eth_gasPrice").at(-1);
      assert.equal(told?.traceparent, `00-${traceId}-${span?.spanId}-01`);
      assert.equal(told?.tracestate, traced.tracestate);
    }
    // Items of a batch are spans of their own under the batch's parent; without a parent each is a trace of its own.
    collector.spans.length = 0;
    const items = ["eth_blockNumber", "eth_accountsOfMine"].map((method, id) => ({
      jsonrpc: "2.0",
      id,
      method,
    }));
    await send(lasso, items, traced);
    await until("the items arrive", () => own().filter(({ kind }) => kind === 2).length === 2);
    assert.deepEqual(
      own().filter(({ kind }) => kind === 2).map(({ name, parentId }) => [name, parentId]).toSorted(),
      [["eth_blockNumber", clientSpan], ["other", clientSpan]],
    );
    // Over a WebSocket there are no headers: each call begins a trace.
    await overWebSocket(lasso, { jsonrpc: "2.0", id: 1, method: "eth_blockNumber" });
    const overWs = await until(
      "the call over a WebSocket arrives",
      () =>
        collector.spans.find((each) =>
          each.kind === 2 && each.attributes["network.protocol.name"] === "websocket"
        ),
    );
    assert.equal(overWs.parentId, "");
    assert.notEqual(overWs.traceId, traceId);
    const all = JSON.stringify(
      collector.spans,
      (_key, value) => typeof value === "bigint" ? `${value}` : value,
    );
    assert.doesNotMatch(all, /SECRET|password|eth_accountsOfMine|collector-key/);
    const probes = [...bad.of("eth_chainId"), ...good.of("eth_chainId")];
    assert.deepEqual(probes.filter(({ traceparent }) => traceparent !== null), []);
  });
});

Deno.test("serve samples by OTEL_TRACES_SAMPLER, and passes on what it does not record", async () => {
  await using collector = new OtlpCollector();
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "20",
    OTEL_TRACES_SAMPLER: "parentbased_always_off",
  };
  await staged(env, async ({ lasso, bad }) => {
    const told = async (headers: Record<string, string>): Promise<string | null | undefined> => {
      await call(lasso, "eth_call", headers);
      return bad.of("eth_call").at(-1)?.traceparent;
    };
    assert.equal(await told({}), null);
    const unsampled = "1".repeat(32);
    assert.match(
      await told({ traceparent: `00-${unsampled}-${clientSpan}-00` }) ?? "",
      new RegExp(`^00-${unsampled}-(?!${clientSpan})[\\da-f]{16}-00$`),
    );
    assert.match(await told(traced) ?? "", new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`));
    await until("what the client samples arrives", () => collector.spans.length >= 2);
    assert.deepEqual(new Set(collector.spans.map((span) => span.traceId)), new Set([traceId]));
  });
});

Deno.test("serve goes on with a collector that is gone, counts what is lost, and says so once", async () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
    OTEL_EXPORTER_OTLP_TIMEOUT: "50",
    OTEL_BSP_SCHEDULE_DELAY: "10",
    OTEL_BSP_MAX_QUEUE_SIZE: "20",
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "10",
  };
  await staged(env, async ({ lasso }) => {
    const lost = async (): Promise<{ failed: number; dropped: number }> => {
      const text = await (await fetch(`${lasso.url}/metrics`)).text();
      const of = (result: string): number =>
        Number(new RegExp(`lasso_trace_spans_total\\{result="${result}"\\} (\\d+)`).exec(text)?.[1]);
      assert.equal(of("exported"), 0);
      return { failed: of("failed"), dropped: of("dropped") };
    };
    await until("spans were given up and spans found no place", async () => {
      await Promise.all(Array.from({ length: 40 }, () => call(lasso, "eth_gasPrice")));
      const { failed, dropped } = await lost();
      return failed > 10 && dropped > 10;
    });
    assert.equal(lasso.out.split("\n").filter((line) => line.includes('"tracing.problem"')).length, 1);
    assert.equal(await lasso.stop("SIGTERM"), 0);
  });
});

Deno.test("serve without OTEL_EXPORTER_OTLP_ENDPOINT passes no trace on, and refuses an environment that it can't obey", async () => {
  await staged({}, async ({ lasso, good }) => {
    await call(lasso, "eth_gasPrice", traced);
    assert.deepEqual(good.of("eth_gasPrice").filter(({ traceparent }) => traceparent !== null), []);
    assert.doesNotMatch(await (await fetch(`${lasso.url}/metrics`)).text(), /lasso_trace/);
  });
  await using grpc = lassoFromSource(["serve"], {
    LASSO_UPSTREAMS: "",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  });
  assert.equal(await grpc.exitCode(), 2);
  assert.match(grpc.err, /OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"[\s\S]*http\/protobuf/);
});
