import assert from "node:assert/strict";
import type { TransportFailure } from "../../../core/plugins/transport.ts";
import { below, seededRandom } from "../../../core/random.ts";
import { metadataOf } from "../../../core/routing/metadata.ts";
import {
  answers,
  Drain,
  type FakeRouter,
  fakeRouter,
  type NodeScript,
  type Pending,
  type StreamedAnswer,
} from "../../support/fake_router.ts";

const method = "debug_traceCall";
const big = `[${Array.from({ length: 60 }, (_, k) => `{"gas":${k}, "op":"ü\\"}"}`).join(",")}]`;

function streams(stream: StreamedAnswer): NodeScript {
  return answers(method, { stream });
}

/** Cuts a text into head and chunks. */
function cutUp(text: string, at: readonly number[]): { head: string; chunks: string[] } {
  const edges = [...at, text.length];
  const head = text.slice(0, edges[0]);
  return { head, chunks: edges.slice(1).map((to, k) => text.slice(edges[k], to)) };
}

function drain(call: Pending): Drain {
  const target = new Drain();
  assert.equal(call.outcome?.kind, "stream");
  if (call.outcome?.kind === "stream") call.outcome.stream.pipe(target);
  return target;
}

async function streamed(lasso: FakeRouter): Promise<Drain> {
  const target = drain(await lasso.call(method));
  await lasso.clock.advance(5);
  await lasso.clock.advance(5);
  for (let turn = 0; turn < 50 && target.ending === null; turn++) await lasso.clock.advance(1);
  return target;
}

Deno.test("Run stream: the metadata at the commit has the attempt that serves", async () => {
  const text = `{"jsonrpc":"2.0","id":ID,"result":${big}}`;
  await using lasso = await fakeRouter({
    nodes: { a: answers(method, { failure: "refused" }), b: streams(cutUp(text, [60, 400])) },
  });
  const call = await lasso.call(method);
  const { attempts } = metadataOf(call.run!, "");
  const seen = attempts.map(({ provider, outcome }) => `${provider} ${outcome}`);
  assert.deepEqual(seen, ["a transport", "b ok"]);
  const target = drain(call);
  for (let turn = 0; turn < 50 && target.ending === null; turn++) await lasso.clock.advance(1);
  assert.equal(target.ending, "end");
});

Deno.test("Run stream: a long answer goes through whole, the id before or behind the result", async () => {
  for (
    const text of [
      `{"jsonrpc":"2.0","id":ID,"result":${big}}`,
      `{"id":ID,"jsonrpc":"2.0","result":${big} }\n`,
      `{"result": ${big},"id":ID,"jsonrpc":"2.0"}`,
      `{"jsonrpc":"2.0","result":${big} , "id" : ID }\r\n`,
    ]
  ) {
    await using lasso = await fakeRouter({
      nodes: { a: streams(cutUp(text, [60, 400, 401, 700])), b: () => undefined },
    });
    const target = await streamed(lasso);
    assert.equal(target.ending, "end", text.slice(0, 40));
    assert.equal(target.text.trim(), big);
    assert.equal(lasso.completed.length, 1);
    assert.equal(lasso.completed[0]!.streamFailure, null);
    assert.deepEqual(lasso.completed[0]!.run.attempts.map(({ outcome }) => outcome), ["ok"]);
  }
});

Deno.test("Run stream: every place to cut a chunk is as good as any other", async () => {
  const random = seededRandom(7);
  const forms = [
    `{"jsonrpc":"2.0","id":ID,"result":${big}}`,
    `{"result":${big},"id":ID,"jsonrpc":"2.0"}`,
    `{"result":"${"ab".repeat(400)}" , "jsonrpc":"2.0","id":ID } `,
    `{"id":ID,"result":{"a":{"id":3},"b":[${"1,".repeat(300)}2],"id":5}}`,
  ];
  for (let round = 0; round < 200; round++) {
    const text = forms[round % forms.length]!;
    const first = text.indexOf('"result":') + 12;
    const cuts = Array.from({ length: below(random, 9) }, () => first + below(random, text.length - first));
    // Cuts fall behind the head, and not inside the letters that stand for the id.
    const whole = cuts.filter((at) => text.slice(at - 1, at + 1) !== "ID");
    const at = [first, ...whole].sort((a, b) => a - b);
    await using lasso = await fakeRouter({ nodes: { a: streams(cutUp(text, at)) } });
    const target = await streamed(lasso);
    assert.equal(target.ending, "end", `round ${round}: ${at}`);
    const result = JSON.parse(text.replaceAll("ID", "1")).result;
    assert.deepEqual(JSON.parse(target.text), result, `round ${round}: ${at}`);
  }
});

Deno.test("Run stream: an answer with another call's id behind it is cut", async () => {
  for (const tail of [',"id":99999,"jsonrpc":"2.0"}', "}"]) {
    const text = `{"jsonrpc":"2.0","result":${big}${tail}`;
    await using lasso = await fakeRouter({ nodes: { a: streams(cutUp(text, [60, 300])) } });
    const target = await streamed(lasso);
    assert.equal(target.ending, "the answer has another call's id");
    assert.equal(lasso.completed[0]!.streamFailure, "the answer has another call's id");
    assert.deepEqual(lasso.completed[0]!.run.attempts.map(({ outcome }) => outcome), ["transport"]);
  }
});

Deno.test("Run stream: another call's id in front is no stream at all, and fails over", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: streams({ head: '{"jsonrpc":"2.0","id":99999,"result":["', chunks: ["x".repeat(600), '"]}'] }),
      b: answers(method, { result: 1 }),
    },
  });
  const call = await lasso.call(method);
  assert.equal(call.result, "1");
  assert.deepEqual(call.attempts, ["a:integrity", "b:ok"]);
  assert.equal(lasso.transport("a").streamsCancelled, 1);
});

Deno.test("Run stream: a truncated answer is cut, also where an element ended", async () => {
  const text = `{"jsonrpc":"2.0","id":ID,"result":${big}}`;
  for (const at of [text.length - 1, text.length - 2, text.length - 30, text.lastIndexOf(",{")]) {
    await using lasso = await fakeRouter({ nodes: { a: streams(cutUp(text.slice(0, at), [60, 300])) } });
    const target = await streamed(lasso);
    assert.equal(target.ending, "the answer is truncated", `${at}`);
  }
});

Deno.test("Run stream: a failure on the way is a cut, counts for the breaker and is logged", async () => {
  const failure: TransportFailure = { code: "eof", message: "the upstream closed", sent: true };
  await using lasso = await fakeRouter({
    nodes: {
      a: streams({
        head: `{"id":ID,"result":${big.slice(0, 300)}`,
        chunks: [big.slice(300)],
        ending: failure,
      }),
    },
    chain: {
      breaker: {
        failureThreshold: 1,
        errorRatio: 0.5,
        windowMs: 30_000,
        minRequests: 20,
        recoveryTimeoutMs: 30_000,
        successThreshold: 2,
      },
    },
  });
  const target = await streamed(lasso);
  assert.equal(target.ending, "the upstream closed");
  assert.equal(lasso.completed.length, 1);
  assert.equal(lasso.channel("a").breaker.kind, "open");
});

for (const size of [50, 256, 300]) {
  Deno.test(`Run stream: who does not take more makes the upstream wait, with chunks of ${size}`, () =>
    waits(size));
}

async function waits(size: number): Promise<void> {
  const chunks = Array.from({ length: 20 }, () => "x".repeat(size));
  await using lasso = await fakeRouter({
    nodes: { a: streams({ head: '{"id":ID,"result":"', chunks: [...chunks, '"}'] }) },
  });
  const call = await lasso.call(method);
  const target = new Drain();
  target.takes = false;
  const { outcome } = call;
  assert.ok(outcome?.kind === "stream");
  outcome.stream.pipe(target);
  await lasso.clock.advance(100);
  assert.ok(lasso.transport("a").pauses === 1 && target.text.length < 600);
  const taken = target.text.length;
  await lasso.clock.advance(1_000);
  assert.equal(target.text.length, taken);
  for (let turn = 0; turn < 40; turn++) {
    outcome.stream.resume();
    await lasso.clock.advance(1);
  }
  assert.equal(target.ending, "end");
  assert.equal(target.text, `"${chunks.join("")}"`);
  assert.ok(lasso.transport("a").pauses >= 10);
}

Deno.test("Run stream: a client that leaves gives the upstream up", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: streams({ head: '{"id":ID,"result":"', chunks: ["x".repeat(400)], ending: "stall" }) },
  });
  const call = await lasso.call(method);
  drain(call);
  await lasso.clock.advance(10);
  assert.equal(lasso.channel("a").inFlight, 1);
  call.run?.cancel();
  call.run?.cancel();
  assert.equal(lasso.transport("a").streamsCancelled, 1);
  assert.equal(lasso.channel("a").inFlight, 0);
  assert.deepEqual(lasso.completed.map(({ streamFailure }) => streamFailure), ["cancelled"]);
});

Deno.test("Run stream: the metadata at commit knows of the attempts before", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: answers(method, { failure: "refused" }),
      b: streams(cutUp(`{"id":ID,"result":${big}}`, [60])),
    },
  });
  const call = await lasso.call(method);
  assert.equal(call.run?.retries, 1);
  assert.equal(call.run?.selected?.provider.id, "b");
  drain(call);
  await lasso.clock.advance(20);
  assert.equal(call.run?.retries, 1);
  assert.deepEqual(call.attempts, ["a:transport", "b:ok"]);
});

Deno.test("Run stream: a long error is held whole, and given up with the call", async () => {
  const data = "x".repeat(1_000);
  const text = `{"id":ID,"error":{"code":3,"message":"execution reverted","data":"${data}"}}`;
  await using lasso = await fakeRouter({ nodes: { a: streams(cutUp(text, [40, 300])) } });
  assert.deepEqual((await lasso.call(method)).error, { code: 3, message: "execution reverted", data });
  await using stalls = await fakeRouter({
    nodes: { a: streams({ ...cutUp(text, [40, 300]), ending: "stall" }) },
    chain: { timeoutMs: 1_000 },
  });
  assert.equal((await stalls.call(method)).status, 504);
  assert.equal(stalls.transport("a").streamsCancelled, 1);
});

Deno.test("Run stream: a page that is long and bad is no stream", async () => {
  await using lasso = await fakeRouter({
    nodes: {
      a: streams({ status: 502, head: "<html>", chunks: ["x".repeat(500)] }),
      b: answers(method, { result: 1 }),
    },
  });
  const call = await lasso.call(method);
  assert.deepEqual(call.attempts, ["a:server", "b:ok"]);
  assert.equal(lasso.transport("a").streamsCancelled, 1);
});

Deno.test("Run stream: an upstream that falls silent is cut after the attempt timeout, a slow client is not", async () => {
  const text = cutUp(`{"id":ID,"result":${big}}`, [60, 500]);
  await using lasso = await fakeRouter({ nodes: { a: streams({ ...text, ending: "stall" }) } });
  const target = drain(await lasso.call(method));
  await lasso.clock.advance(9_900);
  assert.equal(target.ending, null);
  await lasso.clock.advance(10_200);
  assert.equal(target.ending, "the upstream sent nothing for 10000 ms");
  assert.equal(lasso.transport("a").streamsCancelled, 1);
  await using slow = await fakeRouter({ nodes: { a: streams(text) } });
  const call = await slow.call(method);
  await slow.clock.advance(60_000); // Nobody has taken it yet.
  const late = new Drain();
  late.takes = false;
  assert.ok(call.outcome?.kind === "stream");
  call.outcome.stream.pipe(late);
  await slow.clock.advance(60_000);
  assert.equal(late.ending, null);
  for (let turn = 0; turn < 5; turn++) {
    call.outcome.stream.resume();
    await slow.clock.advance(15_000);
  }
  assert.equal(late.ending, "end");
});
