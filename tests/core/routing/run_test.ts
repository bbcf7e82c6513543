import assert from "node:assert/strict";
import { add } from "../../../core/http/write_batch.ts";
import { textToWire, wireToText } from "../../../core/rpc/wire.ts";
import { answers, fakeRouter, type NodeScript } from "../../support/fake_router.ts";

const good: NodeScript = answers("eth_call", { result: "0x1" });
const never: NodeScript = (call) => {
  if (call.method === "eth_call") throw new Error("this provider must not be asked");
  return undefined;
};
const params = '[{"to":"0x1"},"0x10"]';

Deno.test("Run gives the first channel's result with the bytes that the node wrote", async () => {
  const results = [
    '{ "a" :\t1,"a":2 , "n":1e400,"big":123456789012345678901234567890,"u":"ü€\\u00fc\\ud83d" }',
    '"\u{1f600}"',
    "-0.0e+1",
    "[ ]",
    "false",
  ];
  for (const result of results) {
    const body = (id: number): string => ` {"result": ${result}\n, "id":${id},"jsonrpc":"2.0"}\r\n`;
    await using lasso = await fakeRouter({
      nodes: { a: (call) => call.method === "eth_call" ? { body: body(call.id) } : undefined, b: never },
    });
    const call = await lasso.call("eth_call", params);
    assert.equal(call.result, textToWire(result));
    assert.deepEqual(call.attempts, ["a:ok"]);
    assert.equal(call.dones, 1);
  }
});

Deno.test("Run sends the client's params as they were spelt, with an id of its own", async () => {
  const spelt = '[ {"to" : "0xAbC", "value":1e400,"to":"ü"} ,\n"0x10" ]';
  await using lasso = await fakeRouter({ nodes: { a: good } });
  await lasso.call("eth_call", spelt);
  await lasso.call("eth_call");
  const [first, second] = lasso.transport("a").calls.filter((call) => call.method === "eth_call");
  const id = first!.id;
  assert.equal(
    wireToText(first!.body),
    `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":${spelt}}`,
  );
  assert.ok(Number.isSafeInteger(id) && second!.id !== id);
});

Deno.test("Run leaves params out where the client gave none", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_gasPrice", { result: "0x1" }) } });
  await lasso.call("eth_gasPrice", null);
  const sent = lasso.transport("a").calls.find((call) => call.method === "eth_gasPrice")!;
  assert.equal(sent.body, `{"jsonrpc":"2.0","id":${sent.id},"method":"eth_gasPrice"}`);
});

const goesOn: readonly (readonly [name: string, answer: Parameters<typeof answers>[1], outcome: string])[] = [
  ["a refused connection", { failure: "refused" }, "transport"],
  ["a body that is no JSON", { body: "<oops" }, "malformed"],
  ["a truncated body", { body: '{"jsonrpc":"2.0","id":1,"result":"0x' }, "malformed"],
  ["a server error", { status: 500, body: "<html>" }, "server"],
  ["an internal error", { error: { code: -32603, message: "Internal error" } }, "server"],
  ["a gateway's timeout", { status: 504, body: "" }, "timeout"],
  ["an execution timeout", { error: { code: -32000, message: "execution timeout" } }, "timeout"],
  ["a rate limit", { status: 429, body: "slow down" }, "rate_limited"],
  ["a used-up quota", { status: 402, body: "" }, "quota"],
  ["a refused key", { status: 401, body: "" }, "auth"],
  ["another call's id", { body: '{"jsonrpc":"2.0","id":987654321,"result":"0xbad"}' }, "integrity"],
  ["pruned state", { error: { code: -32000, message: "missing trie node" } }, "missing_data"],
  ["a method that it lacks", { error: { code: -32601, message: "method not found" } }, "unsupported"],
  ["a text that nobody knows", { error: { code: -32000, message: "the moon is full" } }, "unknown"],
  ["a node that syncs", { error: { code: -32000, message: "node is syncing" } }, "syncing"],
];

for (const [name, answer, outcome] of goesOn) {
  Deno.test(`Run tries the next channel after ${name}`, async () => {
    await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", answer), b: good } });
    const call = await lasso.call("eth_call", params);
    assert.equal(call.result, '"0x1"');
    assert.deepEqual(call.attempts, [`a:${outcome}`, "b:ok"]);
    assert.deepEqual(lasso.failovers, [`a:${outcome}`]);
    assert.equal(call.run?.retries, 1);
  });
}

Deno.test("Run writes a failover's request at once, not at the end of a turn that a provider's death makes long", async () => {
  let isWritten = false;
  let wasWritten: boolean | null = null;
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { failure: "eof" }),
      b: (call) => {
        if (call.method !== "eth_call") return undefined;
        add({ flush: () => isWritten = true });
        queueMicrotask(() => wasWritten = isWritten); // Before the turn's end.
        return { result: "0x1" };
      },
    },
  });
  assert.deepEqual((await lasso.call("eth_call", params)).attempts, ["a:transport", "b:ok"]);
  assert.equal(wasWritten, true);
});

Deno.test("Run tries the next channel after the attempt timeout", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { hang: true }), b: good },
    chain: { attemptTimeoutMs: 200 },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.deepEqual(call.attempts, ["a:timeout", "b:ok"]);
  const took = call.doneAt! - startedAt;
  assert.ok(took >= 200 && took <= 205, `${took}`);
  assert.equal(lasso.transport("a").cancelled, 1);
});

Deno.test("Run gives the caller's own errors as the upstream wrote them, and asks nobody else", async () => {
  const errors = [
    '{"code":3, "message":"execution reverted: no", "data":"0x08c379a0", "x":1e400}',
    '{"code":-32602,"message":"invalid argument 0: ü","data":{"a":[1]}}',
    '{"code":-32000,"message":"insufficient funds for gas"}',
  ];
  for (const error of errors) {
    await using lasso = await fakeRouter({
      nodes: {
        a: (call) =>
          call.method === "eth_call"
            ? { body: `{"jsonrpc":"2.0","id":${call.id},"error":${error}}` }
            : undefined,
        b: never,
      },
    });
    const { outcome } = await lasso.call("eth_call", params);
    assert.equal(outcome?.kind === "error" ? wireToText(outcome.error) : outcome?.kind, error);
  }
});

Deno.test("Run tells a disguised revert as the revert that it is", async () => {
  const data = `"0x08c379a0${"0".repeat(128)}"`;
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { result: JSON.parse(data) }), b: never },
  });
  const call = await lasso.call("eth_call", params);
  assert.deepEqual(call.error, { code: 3, message: "execution reverted", data: JSON.parse(data) });
});

Deno.test("Run asks one other channel after an unknown error, then gives the upstream's", async () => {
  const unknown = (message: string): NodeScript => answers("eth_call", { error: { code: -32000, message } });
  await using lasso = await fakeRouter({ nodes: { a: unknown("odd 1"), b: unknown("odd 2"), c: never } });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.error.message, "odd 1");
  assert.deepEqual(call.attempts, ["a:unknown", "b:unknown"]);
});

Deno.test("Run never asks the channel again that answered another call", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { body: '{"jsonrpc":"2.0","id":987654321,"result":"0xbad"}' }) },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.error.data?.reason, "integrity");
  assert.equal(lasso.transport("a").count("eth_call"), 1);
});

Deno.test("Run shows of several failures the one that says most", async () => {
  const rows: readonly [Parameters<typeof answers>[1], Parameters<typeof answers>[1], string, number][] = [
    [
      { failure: "refused" },
      { error: { code: -32000, message: "header not found" } },
      "header not found",
      -32000,
    ],
    [{ status: 401, body: "" }, { failure: "refused" }, "transport", -32000],
    [{ status: 500, body: "" }, { status: 429, body: "" }, "rate_limited", -32005],
    [{ error: { code: -32601, message: "nope" } }, { status: 429, body: "" }, "nope", -32601],
    [{ status: 500, body: "" }, { failure: "eof" }, "server", -32000],
  ];
  for (const [a, b, shown, code] of rows) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("eth_call", a), b: answers("eth_call", b) },
      chain: { retry: { rounds: 1, backoffMs: 100, maxBackoffMs: 2_000 } },
    });
    const call = await lasso.call("eth_call", params);
    assert.equal(call.error.code, code);
    assert.equal(call.outcome?.kind === "error" ? call.error.message : call.error.data?.reason, shown);
    assert.equal(lasso.transport("a").count("eth_call") + lasso.transport("b").count("eth_call"), 2);
  }
});

Deno.test("Run names its attempts in an error of its own, and no key", async () => {
  const secret = "secret-key-of-a";
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", {
        failure: {
          code: "refused",
          message: `can't reach https://a.example/v2/${secret}: ${secret}`,
          sent: false,
        },
      }),
    },
    chain: { retry: { rounds: 1, backoffMs: 100, maxBackoffMs: 2_000 } },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.status, 503);
  assert.deepEqual(call.error.data, {
    reason: "transport",
    request_id: "r",
    attempts: [{ provider: "a", transport: "http", ms: 0, outcome: "transport" }],
  });
  assert.ok(!call.error.message.includes(secret), call.error.message);
});

Deno.test("Run gives null or [] where all judged it to be missing data", async () => {
  const asked = `["0x${"ab".repeat(32)}"]`;
  const none: NodeScript = (call) => {
    if (call.method === "eth_getLogs") return { result: [] };
    return call.method === "eth_getTransactionReceipt" ? { result: null } : undefined;
  };
  const denied = { methods: { allow: null, deny: ["eth_getTransactionReceipt", "eth_getLogs"] } };
  await using lasso = await fakeRouter({
    nodes: { a: none, b: none, c: never, d: never },
    heads: { a: 97, b: 97 },
    providers: { c: denied, d: denied },
  });
  const startedAt = lasso.clock.now();
  const receipt = await lasso.call("eth_getTransactionReceipt", asked);
  assert.equal(receipt.result, "null");
  assert.deepEqual(receipt.attempts, ["a:missing_data", "b:missing_data"]);
  assert.equal(receipt.doneAt, startedAt); // A call that can't succeed is answered at once.
  const logs = await lasso.call("eth_getLogs", '[{"fromBlock":"0x1","toBlock":"0x64"}]');
  assert.equal(logs.result, "[]");
  assert.deepEqual(logs.attempts, ["a:missing_data", "b:missing_data"]);
});

Deno.test("Run finds with the next channel what the first could not have yet", async () => {
  const asked = `["0x${"ab".repeat(32)}"]`;
  const receipt = answers("eth_getTransactionReceipt", { result: { status: "0x1" } });
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_getTransactionReceipt", { result: null }), b: receipt, c: receipt },
    heads: { a: 97 },
  });
  const call = await lasso.call("eth_getTransactionReceipt", asked);
  assert.equal(call.result, '{"status":"0x1"}');
  assert.deepEqual(call.attempts, ["a:missing_data", "b:ok"]);
});

Deno.test("Run takes a null for no answer where a method always has a result, unless all give it", async () => {
  const none = answers("eth_getLogs", { result: null });
  const asked = '[{"fromBlock":"0x1","toBlock":"0x2"}]';
  await using lasso = await fakeRouter({ nodes: { a: none, b: answers("eth_getLogs", { result: [] }) } });
  const call = await lasso.call("eth_getLogs", asked);
  assert.equal(call.result, "[]");
  assert.deepEqual(call.attempts, ["a:missing_data", "b:ok"]);
  assert.equal(lasso.channel("a").breaker.kind, "closed");
  await using alike = await fakeRouter({ nodes: { a: none, b: none } });
  assert.equal((await alike.call("eth_getLogs", asked)).result, "null");
});

Deno.test("Run cancels what is under way when the client leaves, and says nothing after", async () => {
  await using lasso = await fakeRouter({ nodes: { a: answers("eth_call", { hang: true }), b: good } });
  const pending = lasso.start("eth_call", params);
  await lasso.clock.advance(50);
  pending.run?.cancel();
  pending.run?.cancel();
  assert.equal(pending.outcome?.kind === "refusal" && pending.outcome.refusal.reason, "cancelled");
  assert.equal(lasso.transport("a").cancelled, 1);
  await lasso.clock.advance(40_000);
  assert.equal(pending.dones, 1);
  assert.equal(lasso.transport("b").count("eth_call"), 0);
});

Deno.test("Run survives a transport that throws", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: (call) => {
        if (call.method === "eth_call") throw new Error("boom");
        return undefined;
      },
      b: good,
    },
  });
  const call = await lasso.call("eth_call", params);
  assert.equal(call.result, '"0x1"');
  assert.deepEqual(call.attempts, ["a:transport", "b:ok"]);
});
