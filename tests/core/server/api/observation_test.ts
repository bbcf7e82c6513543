// The routes about what goes on, against a whole router with simulated providers, its own history and real clients.

import assert from "node:assert/strict";
import { ApiSchemas } from "../../../support/api_schemas.ts";
import { exchange, type HttpAnswer } from "../../../support/http_exchange.ts";
import { StreamStage } from "../../../support/stream_stage.ts";
import { until } from "../../../support/until.ts";
import { WsClient } from "../../../support/ws_client.ts";

const call = (method: string, params: readonly unknown[] = []): string =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });

class Asker {
  readonly #stage: StreamStage;
  #schemas: ApiSchemas | null = null;

  constructor(stage: StreamStage) {
    this.#stage = stage;
  }

  request(request: { readonly method: string; readonly path: string }): Promise<HttpAnswer> {
    return exchange(this.#stage.lasso.server.port, request);
  }

  /** `data` of an answer that is as it was described. */
  // deno-lint-ignore no-explicit-any -- an answer is looked at member by member
  async data(path: string): Promise<any> {
    this.#schemas ??= await ApiSchemas.of(this);
    const answer = await this.request({ method: "GET", path });
    assert.equal(answer.status, 200, `${path}: ${answer.body}`);
    const described = path.split("?")[0]!.replace(/^\/api\/requests\/.+/, "/api/requests/{id}");
    const type = answer.headers["content-type"] ?? "";
    assert.equal(this.#schemas.problem("get", described, 200, type, answer.body), null, path);
    return JSON.parse(answer.body).data;
  }

  async post(body: string): Promise<HttpAnswer> {
    return await exchange(this.#stage.lasso.server.port, {
      method: "POST",
      path: "/rpc/sim?include_meta=headers",
      headers: { "content-type": "application/json" },
      body,
    });
  }
}

Deno.test("streams, clients, blocks, calls and events of a running router are shown as they are", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 0, names: ["a", "b"] });
  const asker = new Asker(stage);
  stage.chain.mine();
  await using client = await WsClient.connect(stage.wsUrl);
  assert.equal(typeof (await client.ask(call("eth_subscribe", ["newHeads"]))).result, "string");
  assert.equal(typeof (await client.ask(call("eth_subscribe", ["logs", {}]))).result, "string");
  const heard = client.messages.length;
  const { number } = stage.chain.mine();
  await client.until(() => client.messages.slice(heard).some((text) => text.includes('"parentHash"')));

  const streams = await asker.data("/api/streams?chain=sim");
  const heads = streams.find(({ type }: { type: string }) => type === "newHeads");
  assert.deepEqual([heads.chain, heads.key, heads.clients, heads.position, heads.gaps], [
    "sim",
    '["newHeads"]',
    1,
    Number(number),
    0,
  ]);
  assert.ok(heads.upstreams.some(({ state }: { state: string }) => state === "open"));
  assert.ok(
    streams.some(({ type, key }: Record<string, string>) => type === "logs" && key === '["logs",{}]'),
  );

  const clients = await asker.data("/api/clients?transport=ws");
  assert.deepEqual(
    clients.map(({ from, chain, subscriptions, calls }: Record<string, unknown>) => [
      from,
      chain,
      subscriptions,
      calls,
    ]),
    [["127.0.0.0/24", "sim", 2, 2]],
  );
  assert.ok((await asker.data("/api/clients")).length >= 2);

  const [block] = await asker.data("/api/blocks?chain=sim&limit=1");
  assert.deepEqual([block.block, ["a", "b"].includes(block.provider)], [Number(number), true]);

  const id = (await asker.post(call("eth_gasPrice"))).headers["x-lasso-request-id"] ?? "";
  const kept = await asker.data(`/api/requests/${id}`);
  assert.deepEqual([kept.id, kept.method, kept.outcome, kept.attempts.length], [id, "eth_gasPrice", "ok", 1]);
  assert.deepEqual(kept.candidates.map(({ id }: { id: string }) => id.split(":")[0]).sort(), [
    "a",
    "a",
    "b",
    "b",
  ]);
  const rows = await asker.data("/api/requests?chain=sim&method=eth_gasPrice");
  assert.deepEqual(rows.map((row: { id: string }) => row.id), [id]);

  const providers = await asker.data("/api/providers?chain=sim");
  assert.deepEqual(providers.map(({ id, state }: Record<string, string>) => [id, state]), [["a", "up"], [
    "b",
    "up",
  ]]);
  const events = await asker.data("/api/events?topics=head&limit=5");
  assert.ok(events.some(({ fields }: { fields: { block: number } }) => fields.block === Number(number)));
  const matrix = await asker.data("/api/matrix?chain=sim");
  assert.ok(matrix.methods.includes("eth_gasPrice"));
  const { series } = await asker.data("/api/history?metric=n&chain=sim&method=eth_gasPrice&from=-5m");
  const sum = series[0].points.reduce(
    (total: number, { value }: { value: number | null }) => total + (value ?? 0),
    0,
  );
  assert.equal(sum, 1);
  await asker.data("/api/config");
  await asker.data("/status");
  const explained = await asker.data("/api/explain?chain=sim&method=eth_call");
  assert.equal(explained.chain, "sim");
});

Deno.test("/api/streams counts what was made up for and who was lost", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 0, names: ["a"] });
  const asker = new Asker(stage);
  stage.chain.mine();
  await using client = await WsClient.connect(stage.wsUrl);
  await client.ask(call("eth_subscribe", ["newHeads"]));
  const before = client.messages.length;
  stage.provider("a").dropSockets();
  for (let k = 0; k < 3; k++) stage.chain.mine();
  await client.until(() => client.messages.length >= before + 3);
  const [heads] = await asker.data("/api/streams");
  assert.equal(heads.gaps, 0);
  assert.ok(heads.failovers >= 1, JSON.stringify(heads));
  assert.ok(heads.filled >= 1, JSON.stringify(heads));
  await until(
    "the feed is back",
    () => stage.lasso.server.state.deps.streams?.reports?.()[0]?.upstreams[0]?.state === "open",
  );
});
