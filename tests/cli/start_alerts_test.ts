// Alerts of a whole router, as a user's config has them: real sockets to upstreams and to the receiver, on a clock that
// runs faster.

import assert from "node:assert/strict";
import { eventText, type FeedEvent } from "../../core/server/event_hub.ts";
import { fastClock } from "../support/fast_clock.ts";
import { loadText, startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

interface Upstream extends AsyncDisposable {
  readonly port: number;
}

function startNode(port = 0): Upstream {
  const results: Readonly<Record<string, unknown>> = {
    eth_chainId: "0x539",
    eth_blockNumber: "0x64",
    eth_syncing: false,
  };
  const server = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { id, method } = await request.json();
    return Response.json({ jsonrpc: "2.0", id, result: results[method] ?? "0x1" });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}

interface Message {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

function startReceiver(): Upstream & { readonly got: Message[] } {
  const got: Message[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    got.push({ path: new URL(request.url).pathname, body: await request.json() });
    return new Response("ok");
  });
  return { port: server.addr.port, got, [Symbol.asyncDispose]: () => server.shutdown() };
}

function config(a: Upstream, b: Upstream, hook: Upstream, more = ""): string {
  return `
chains:
  dev:
    chain_id: 1337
    health: { interval: 1s, timeout: 30s }
    breaker: { failure_threshold: 2, recovery_timeout: 5s }
    providers:
      - { id: a, url: "http://127.0.0.1:${a.port}" }
      - { id: b, url: "http://127.0.0.1:${b.port}" }
alerts:
  targets:
    ops: { type: webhook, url: "http://127.0.0.1:${hook.port}/hook/very-secret" }
    chat: { type: slack, url: "http://127.0.0.1:${hook.port}/chat/very-secret" }
  rules:
    - { name: provider-down, when: provider_down, for: 5s, to: [ops, chat] }
${more}`;
}

Deno.test("alerts of a router: firing and resolved reach webhook and Slack, the API, the feed and a scrape", async () => {
  await using stack = new AsyncDisposableStack();
  const hook = stack.use(startReceiver());
  const first = startNode();
  const b = stack.use(startNode());
  const yaml = config(first, b, hook);
  const lasso = stack.use(await startLasso(yaml, { clock: fastClock(10) }));
  const { url, state } = lasso.server;
  const events: FeedEvent[] = [];
  const listener = { heard: (event: FeedEvent) => void (event.topic === "alert" && events.push(event)) };
  state.deps.hub.listen(listener);
  const data = async (): Promise<{ firing: { key: string }[]; targets: unknown[] }> =>
    (await (await fetch(`${url}/api/alerts`)).json()).data;
  // A call wakes the chain.
  const call = await fetch(`${url}/rpc/dev`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: '{"jsonrpc":"2.0","id":1,"method":"eth_gasPrice"}',
  });
  assert.equal((await call.json()).result, "0x1");
  await first[Symbol.asyncDispose]();
  await until("the alert fires", () => hook.got.length >= 2);
  assert.deepEqual((await data()).firing.map(({ key }) => key), ["provider-down/dev/a"]);
  const metrics = await until("the message is counted", async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.includes('lasso_alert_notifications_total{target="ops",result="sent"} 1') && text;
  });
  assert.match(metrics, /^lasso_alerts_firing\{rule="provider-down"\} 1$/m);
  // A reload in the middle, that adds a rule: what fires is not told again.
  const rule = "    - { name: second, when: breaker_open, for: 0, to: [ops] }\n";
  assert.ok((await lasso.reload(() => loadText(config(first, b, hook, rule)), (settings) => settings)).ok);
  await until("the new rule fires", () => hook.got.some(({ body }) => body.rule === "second"));
  stack.use(startNode(first.port));
  const texts = (): string[] =>
    hook.got.filter(({ path }) => path.startsWith("/chat")).map(({ body }) => String(body.text));
  // A receiver on a busy machine may be late, so that it gets a message twice.
  const of = (path: string, key: string): unknown[] => [
    ...new Set(
      hook.got.filter((message) => message.path.startsWith(path) && message.body.key === key)
        .map(({ body }) => body.status),
    ),
  ];
  const keys = ["provider-down/dev/a", "second/dev/a"];
  await until(
    "all is resolved",
    () =>
      keys.every((key) => of("/hook", key).length === 2) &&
      texts().some((text) => text.startsWith("RESOLVED")),
    60_000,
  );
  assert.deepEqual((await data()).firing, []);
  assert.deepEqual(of("/hook", "provider-down/dev/a"), ["firing", "resolved"]);
  assert.deepEqual(of("/hook", "second/dev/a"), ["firing", "resolved"]);
  const chat = texts();
  assert.match(chat[0] ?? "", /^FIRING provider-down: provider a of dev is down \(.+refused.+\), for .+\.$/);
  assert.match(
    chat.at(-1) ?? "",
    /^RESOLVED provider-down: provider a of dev: serves again; it lasted .+\.$/,
  );
  state.deps.hub.leave(listener);
  const told = events.map((event) => JSON.parse(eventText(event)));
  assert.deepEqual(told.map(({ event, provider, rule }) => [event, provider, rule]).sort(), [
    ["alert.firing", "a", "provider-down"],
    ["alert.firing", "a", "second"],
    ["alert.resolved", "a", "provider-down"],
    ["alert.resolved", "a", "second"],
  ]);
  const shown = JSON.stringify([await data(), told, metrics]);
  assert.doesNotMatch(shown, /very-secret/);
});
