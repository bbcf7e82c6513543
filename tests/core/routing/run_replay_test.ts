import assert from "node:assert/strict";
import { transactionHash } from "../../../core/rpc/tx_hash.ts";
import { answers, fakeRouter, type NodeScript, type Scripted } from "../../support/fake_router.ts";

const method = "eth_sendRawTransaction";
const raw =
  "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
const hash = transactionHash(raw)!;
const params = `["${raw}"]`;
const takes: NodeScript = answers(method, { result: hash });
const error = (message: string, afterMs?: number): Scripted => ({
  error: { code: -32000, message },
  ...(afterMs === undefined ? {} : { afterMs }),
});
const rejects = (message: string, afterMs?: number): NodeScript => answers(method, error(message, afterMs));

Deno.test("Run replay sends an unknown method once, whatever comes of it", async () => {
  for (
    const answer of [
      { failure: "reset" },
      { body: "<oops" },
      { status: 500, body: "" },
      { status: 504, body: "" },
      { error: { code: -32000, message: "the moon is full" } },
      { failure: "stale" },
    ] as const
  ) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("foo_bar", answer), b: answers("foo_bar", { result: 1 }) },
    });
    const call = await lasso.call("foo_bar");
    assert.notEqual(call.outcome?.kind, "result");
    assert.equal(lasso.transport("a").count("foo_bar"), 1);
    assert.equal(lasso.transport("b").count("foo_bar"), 0);
  }
});

Deno.test("Run replay sends an unknown method on when it certainly did not run", async () => {
  for (
    const answer of [
      { failure: { code: "refused", message: "refused", sent: false } },
      { failure: { code: "stale", message: "stale", sent: false } },
      { error: { code: -32601, message: "method not found" } },
      { status: 429, body: "" },
      { status: 401, body: "" },
    ] as const
  ) {
    await using lasso = await fakeRouter({
      nodes: { a: answers("foo_bar", answer, { result: 2 }), b: answers("foo_bar", { result: 1 }) },
    });
    const call = await lasso.call("foo_bar");
    assert.match(call.result, /[12]/);
  }
});

Deno.test("Run replay lets an unknown method go on beyond the attempt timeout, for no other may be tried", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("foo_bar", { result: "late", afterMs: 15_000 }),
      b: answers("foo_bar", { result: 1 }),
    },
  });
  const call = await lasso.call("foo_bar");
  assert.equal(call.result, '"late"');
  assert.equal(lasso.transport("b").count("foo_bar"), 0);
});

Deno.test("Run replay sends a read again over a fresh connection of the same channel", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers("eth_call", { failure: "stale" }, { result: "0x1" }),
      b: answers("eth_call", { result: 2 }),
    },
  });
  const call = await lasso.call("eth_call");
  assert.equal(call.result, '"0x1"');
  assert.deepEqual(call.attempts, ["a:ok"]);
  assert.equal(call.run?.retries, 0);
  const sent = lasso.transport("a").calls.filter((seen) => seen.method === "eth_call");
  assert.deepEqual(sent.map(({ fresh }) => fresh), [false, true]);
  assert.notEqual(sent[0]!.id, sent[1]!.id);
});

Deno.test("Run replay counts the time on a stale connection to the attempt that follows it", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { failure: "stale", afterMs: 25 }, { result: "0x1", afterMs: 10 }) },
  });
  const call = await lasso.call("eth_call");
  assert.deepEqual(call.run?.attempts.map(({ ms }) => ms), [35]);
});

Deno.test("Run replay does not believe that a fresh connection is stale", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_call", { failure: "stale" }), b: answers("eth_call", { result: 2 }) },
  });
  const call = await lasso.call("eth_call");
  assert.equal(call.result, "2");
  assert.deepEqual(call.attempts, ["a:transport", "b:ok"]);
  assert.equal(lasso.transport("a").count("eth_call"), 2);
});

Deno.test("Run broadcast goes to the first three at once, the first success wins, the rest go on", async () => {
  const slow = (afterMs: number): NodeScript => answers(method, { result: hash, afterMs });
  await using lasso = await fakeRouter({
    nodes: { a: slow(100), b: slow(40), c: rejects("nonce too low", 80), d: takes },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(call.doneAt! - startedAt, 40);
  assert.equal(call.run?.selected?.provider.id, "b");
  await lasso.clock.advance(200);
  assert.deepEqual(call.attempts, ["b:ok", "c:tx_rejected", "a:ok"]);
  assert.equal(call.dones, 1);
  assert.equal(lasso.transport("d").count(method), 0);
  assert.equal(["a", "b", "c"].reduce((n, id) => n + lasso.transport(id).cancelled, 0), 0);
});

Deno.test("Run broadcast takes another channel for each that could not take it", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers(method, { failure: "refused" }),
      b: rejects("txpool is full"),
      c: answers(method, { status: 500, body: "" }),
      d: takes,
    },
  });
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
});

Deno.test("Run broadcast tells an error only when all have answered", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: rejects("insufficient funds", 10),
      b: rejects("nonce too low", 500),
      c: answers(method, { result: hash, afterMs: 900 }),
    },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(call.doneAt! - startedAt, 900);
});

Deno.test("Run broadcast tries nothing new after a rejection that holds everywhere", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: rejects("insufficient funds", 10),
      b: answers(method, { failure: "reset", afterMs: 20 }),
      c: takes,
    },
    chain: { sendFanout: 2 },
  });
  const call = await lasso.call(method, params);
  assert.equal(call.error.message, "insufficient funds");
  assert.equal(lasso.transport("c").count(method), 0);
  assert.equal(lasso.transport("b").count(method), 1);
});

Deno.test("Run broadcast counts already known as success, with the hash of the bytes", async () => {
  await using lasso = await fakeRouter({ nodes: { a: rejects("already known") } });
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.deepEqual(call.attempts, ["a:tx_known"]);
});

Deno.test("Run broadcast gives the node's error where it is known already but its hash can't be told", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: rejects("already known"), b: answers(method, { failure: "reset" }) },
  });
  const call = await lasso.call(method, '["0x7f01"]');
  assert.equal(call.error.message, "already known");
});

Deno.test("Run broadcast looks a rejected transaction up by its hash before it tells the error", async () => {
  const knows: NodeScript = (call) => {
    if (call.method === "eth_getTransactionByHash") {
      assert.deepEqual(call.params, [hash]);
      return { result: { hash } };
    }
    return call.method === method ? error("nonce too low") : undefined;
  };
  const unknown: NodeScript = (call) => {
    if (call.method === "eth_getTransactionByHash") return { result: null };
    return call.method === method ? error("nonce too low") : undefined;
  };
  await using found = await fakeRouter({ nodes: { a: knows, b: knows } });
  const call = await found.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(found.completed.length, 1); // The look-up is not a client's call.
  await using missing = await fakeRouter({ nodes: { a: unknown, b: unknown } });
  const other = await missing.call(method, params);
  assert.equal(other.error.message, "nonce too low");
  assert.equal(other.outcome?.kind, "error");
});

Deno.test("Run broadcast asks those that rejected it, where the first asked does not know the transaction", async () => {
  const node = (known: unknown): NodeScript => (call) => {
    if (call.method === "eth_getTransactionByHash") return { result: known };
    return call.method === method ? error("nonce too low") : undefined;
  };
  await using lasso = await fakeRouter({ nodes: { a: node(null), b: node({ hash }), c: node(null) } });
  assert.equal((await lasso.call(method, params)).result, `"${hash}"`);
  const asked = (): number[] =>
    ["a", "b", "c"].map((id) => lasso.transport(id).count("eth_getTransactionByHash"));
  assert.deepEqual(asked(), [1, 1, 0]);
  lasso.transport("b").nodeScript = node(null);
  assert.equal((await lasso.call(method, params)).error.message, "nonce too low");
  assert.deepEqual(asked(), [2, 2, 1]); // Each once for each call.
});

Deno.test("Run broadcast ends in time though the look-up hangs", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: (call) => {
        if (call.method === "eth_getTransactionByHash") return { hang: true };
        return call.method === method ? error("nonce too low") : undefined;
      },
    },
    chain: { timeoutMs: 2_000 },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call(method, params);
  assert.equal(call.error.message, "nonce too low");
  assert.ok(call.doneAt! - startedAt <= 2_005);
});

Deno.test("Run broadcast never goes to a private provider that is not pinned", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: takes, b: takes, c: takes },
    providers: { a: { private: true } },
  });
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(lasso.transport("a").count(method), 0);
  await lasso.call("eth_sendRawTransactionSync", params);
  assert.equal(lasso.transport("a").count("eth_sendRawTransactionSync"), 0);
  const pinned = await lasso.call(method, params, { restriction: { provider: "a", transport: null } });
  assert.equal(pinned.result, `"${hash}"`);
  assert.equal(lasso.transport("a").count(method), 1);
});

Deno.test("Run broadcast says so when every provider is private", async () => {
  await using lasso = await fakeRouter({ nodes: { a: takes }, providers: { a: { private: true } } });
  const call = await lasso.call(method, params);
  assert.match(call.error.message, /private/);
});

Deno.test("Run broadcast does not stop when the client leaves", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers(method, { failure: "reset", afterMs: 100 }),
      b: answers(method, { result: hash, afterMs: 50 }),
    },
    chain: { sendFanout: 1 },
  });
  const pending = lasso.start(method, params);
  await lasso.clock.advance(10);
  pending.run?.cancel();
  assert.equal(pending.outcome, null);
  await lasso.until(pending);
  assert.equal(pending.result, `"${hash}"`);
  assert.equal(pending.dones, 1);
});

Deno.test("Run broadcast starts no further one beside a slow one", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers(method, { result: hash, afterMs: 5_000 }), b: takes },
    chain: { sendFanout: 1 },
  });
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(lasso.transport("b").count(method), 0);
});

Deno.test("Run broadcast gives up what is still under way when the time is over", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: takes, b: answers(method, { hang: true }), c: answers(method, { hang: true }) },
    chain: { timeoutMs: 5_000 },
  });
  const call = await lasso.call(method, params);
  assert.equal(call.result, `"${hash}"`);
  assert.equal(lasso.router.sweep.size, 1);
  await lasso.clock.advance(5_100);
  assert.equal(lasso.router.sweep.size, 0);
  assert.equal(call.dones, 1);
});
