import assert from "node:assert/strict";
import { silentLog } from "../../../core/log.ts";
import { transactionHash } from "../../../core/rpc/tx_hash.ts";
import { TransactionLetters } from "../../../core/server/dead_letters.ts";
import { MemoryHistory } from "../alerts/support.ts";
import {
  answers,
  type FakeRouter,
  fakeRouter,
  type NodeScript,
  type Scripted,
} from "../../support/fake_router.ts";

const method = "eth_sendRawTransaction";
const raw =
  "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";
const hash = transactionHash(raw)!;
const down: NodeScript = answers(method, { status: 503, body: "" });
const says = (message: string): NodeScript => answers(method, { error: { code: -32000, message } });

interface Stage extends AsyncDisposable {
  readonly lasso: FakeRouter;
  readonly letters: TransactionLetters;
  readonly memory: MemoryHistory;
  send(text?: string, provider?: string): Promise<void>;
}

async function stage(nodes: Readonly<Record<string, NodeScript>>): Promise<Stage> {
  const lasso = await fakeRouter({
    nodes,
    chain: { retry: { rounds: 1, backoffMs: 100, maxBackoffMs: 100 } },
  });
  const memory = new MemoryHistory();
  const letters = new TransactionLetters({ clock: lasso.clock, log: silentLog, history: memory.history });
  return {
    lasso,
    letters,
    memory,
    send: async (text = raw, provider) => {
      const restriction = provider === undefined ? null : { provider, transport: null };
      const { run } = await lasso.call(method, `["${text}"]`, { restriction });
      letters.ended(run!);
      await lasso.clock.advance(0);
    },
    [Symbol.asyncDispose]: () => lasso[Symbol.asyncDispose](),
  };
}

Deno.test("TransactionLetters keeps a transaction that no provider took, once, with how it was pinned", async () => {
  await using s = await stage({ a: down, b: down });
  await s.send(raw, "b");
  await s.send(raw, "b");
  assert.equal(s.memory.letters.size, 1);
  const [letter] = s.memory.letters.values();
  const { body, lastError, ...rest } = letter!;
  assert.deepEqual({ ...rest, at: 0 }, {
    ...{ id: 1, at: 0, kind: "transaction", target: "ethereum", tries: 1, nextAt: null },
  });
  assert.match(lastError, /Every provider failed/);
  const { request_id: _id, ...kept } = JSON.parse(body);
  assert.deepEqual(kept, {
    ...{ version: 1, chain: "ethereum", hash, raw },
    restriction: { provider: "b", transport: null },
  });
});

Deno.test("TransactionLetters keeps nothing where the transaction or its sender is to blame, or one took it", async () => {
  const cases: readonly Readonly<Record<string, NodeScript>>[] = [
    { a: says("nonce too low"), b: says("nonce too low") },
    { a: down, b: says("insufficient funds for gas * price + value") },
    { a: down, b: says("already known") },
    { a: down, b: answers(method, { result: hash }) },
    { a: says("the moon is full"), b: down },
  ];
  for (const nodes of cases) {
    await using s = await stage(nodes);
    await s.send();
    assert.equal(s.memory.letters.size, 0);
  }
});

Deno.test("TransactionLetters keeps no text that is no transaction, and at most sixty a minute", async () => {
  await using s = await stage({ a: down });
  await s.send("0x1234");
  assert.equal(s.memory.letters.size, 0);
  const other = (k: number): string => raw.slice(0, -4) + k.toString(16).padStart(4, "0");
  for (let k = 0; k < 70; k++) await s.send(other(k));
  assert.ok(s.memory.letters.size <= 60 * 2 && s.letters.left > 0, `${s.memory.letters.size} letters`);
});

Deno.test("TransactionLetters.retry() broadcasts it again as it was pinned, and removes what was taken", async () => {
  const up: Scripted[] = [{ status: 503, body: "" }, { status: 503, body: "" }, { result: hash }];
  await using s = await stage({ a: answers(method, ...up), b: answers(method, { result: hash }) });
  await s.send(raw, "a");
  const [letter] = s.memory.letters.values();
  const retry = async () => {
    const retried = s.letters.retry(s.memory.letters.get(letter!.id)!, s.lasso.router);
    await s.lasso.clock.advance(200);
    return await retried;
  };
  const failed = await retry();
  assert.equal(failed.kind, "failed");
  assert.equal(s.memory.letters.get(letter!.id)?.tries, 2);
  assert.deepEqual(await retry(), { kind: "sent", hash });
  assert.equal(s.memory.letters.size, 0);
  assert.equal(s.lasso.transport("b").count(method), 0, "what was meant for a alone went nowhere else");
});

Deno.test("TransactionLetters.retry() sends nothing that was tampered with, nor to a chain that is gone or drained", async () => {
  await using s = await stage({ a: down });
  await s.send();
  const [letter] = s.memory.letters.values();
  const sent = s.lasso.transport("a").count(method);
  const bad = { ...letter!, body: letter!.body.replace(raw, raw.replace("f86c09", "f86c08")) };
  assert.deepEqual(await s.letters.retry(bad, s.lasso.router), {
    kind: "failed",
    error: "the letter can't be read",
  });
  const gone = { ...letter!, body: letter!.body.replace('"ethereum"', '"mars"') };
  assert.deepEqual(await s.letters.retry(gone, s.lasso.router), {
    kind: "failed",
    error: "the chain mars is not configured",
  });
  s.lasso.route.drained = true;
  assert.match(JSON.stringify(await s.letters.retry(letter!, s.lasso.router)), /is drained/);
  assert.equal(s.lasso.transport("a").count(method), sent);
});
