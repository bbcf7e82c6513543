import assert from "node:assert/strict";
import type { AlertNotice, AlertPayload } from "../../../core/alerts/model.ts";
import { AlertSender } from "../../../core/alerts/sender.ts";
import { silentLog } from "../../../core/log.ts";
import type { AlertTarget } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { FakeReceiver, MemoryHistory, ops, refused } from "./support.ts";

class Stage {
  readonly clock = new VirtualClock();
  readonly memory = new MemoryHistory();
  readonly receiver = new FakeReceiver();
  readonly logged: { event: string; fields: Readonly<Record<string, unknown>> }[] = [];
  readonly sender: AlertSender;

  constructor(targets: readonly AlertTarget[] = [ops]) {
    this.sender = new AlertSender(targets, {
      clock: this.clock,
      // The longest pause each time, so that times can be told.
      random: { next: () => 1 },
      log: { ...silentLog, write: (_level, event, fields) => void this.logged.push({ event, fields }) },
      history: this.memory.history,
      post: this.receiver.post,
    });
  }

  /** Lets time pass, and looks after letters each second as alerts.ts does. */
  async pass(seconds: number): Promise<void> {
    for (let k = 0; k < seconds; k++) {
      await this.clock.advance(1_000);
      this.sender.tick();
    }
    await this.clock.advance(0);
  }
}

function notice(
  status: "firing" | "resolved",
  key = "r/ethereum/a",
  more: Partial<AlertPayload> = {},
): AlertNotice {
  const payload: AlertPayload = {
    version: 1,
    status,
    rule: "r",
    chain: "ethereum",
    provider: "a",
    value: 1,
    since: "2026-01-01T00:00:00.000Z",
    key,
    ...more,
  };
  return { payload, text: `${status} <${key}> & more` };
}

Deno.test("AlertSender.send() hands a webhook the payload and nothing else", async () => {
  const stage = new Stage();
  stage.sender.send(notice("firing"), ["ops", "unknown"]);
  await stage.pass(1);
  assert.deepEqual(stage.receiver.got, [{
    url: "https://hooks.example.com/secret-path",
    body: notice("firing").payload,
  }]);
  assert.deepEqual(stage.sender.views(), [
    { name: "ops", type: "webhook", url: "https://hooks.example.com/***", sent: 1, failed: 0, waiting: 0 },
  ]);
});

Deno.test("AlertSender.send() hands Slack a text, with its own characters escaped", async () => {
  const stage = new Stage([{ name: "chat", type: "slack", url: "https://chat.example.com/x" }]);
  stage.sender.send(notice("firing"), ["chat"]);
  await stage.pass(1);
  assert.deepEqual(stage.receiver.got[0]?.body, { text: "firing &lt;r/ethereum/a&gt; &amp; more" });
});

Deno.test("AlertSender.send() writes a line for a log target", async () => {
  const stage = new Stage([{ name: "log", type: "log" }]);
  stage.sender.send(notice("resolved"), ["log"]);
  await stage.pass(1);
  assert.deepEqual(stage.logged, [
    { event: "alert.resolved", fields: { ...notice("resolved").payload, text: notice("resolved").text } },
  ]);
  assert.equal(stage.sender.views()[0]?.sent, 1);
});

Deno.test("AlertSender tries five times, with pauses of at most 1, 2, 4 and 8 s", async () => {
  const stage = new Stage();
  const at: number[] = [];
  stage.receiver.next = () => {
    at.push(stage.clock.now());
    return refused();
  };
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(20);
  assert.deepEqual(at, [0, 1_000, 3_000, 7_000, 15_000]);
  assert.equal(stage.memory.letters.size, 1);
});

Deno.test("AlertSender waits as long as the receiver asks, and does not try what can't go well", async () => {
  const stage = new Stage();
  stage.receiver.next = () => stage.receiver.got.length === 1 ? refused("HTTP 429", 20_000) : { ok: true };
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(19);
  assert.equal(stage.receiver.got.length, 1);
  await stage.pass(1);
  assert.equal(stage.receiver.got.length, 2);
  stage.receiver.next = () => ({ ok: false, error: "HTTP 404", again: false, retryAfterMs: null });
  stage.sender.send(notice("resolved"), ["ops"]);
  await stage.pass(20);
  assert.equal(stage.receiver.got.length, 3);
  assert.deepEqual([...stage.memory.letters.values()].map(({ lastError, tries }) => [lastError, tries]), [
    ["HTTP 404", 1],
  ]);
});

Deno.test("AlertSender keeps a message as a letter when the receiver asks for a pause of more than a minute", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused("HTTP 429", 600_000);
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(1);
  const [letter] = stage.memory.letters.values();
  assert.equal(letter?.tries, 1);
  assert.equal(letter?.nextAt, stage.clock.wallNow() - 1_000 + 600_000);
});

Deno.test("AlertSender never lets resolved overtake firing", async () => {
  const stage = new Stage();
  stage.receiver.next = () => stage.receiver.got.length < 4 ? refused() : { ok: true };
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(1);
  stage.sender.send(notice("resolved"), ["ops"]);
  await stage.pass(30);
  assert.deepEqual(stage.receiver.heard, [
    ...Array.from({ length: 4 }, () => "firing r/ethereum/a"),
    "resolved r/ethereum/a",
  ]);
});

Deno.test("AlertSender lets other alerts pass one that is tried again, four at a time", async () => {
  const stage = new Stage();
  let most = 0;
  let under = 0;
  stage.receiver.next = async () => {
    most = Math.max(most, ++under);
    await new Promise<void>((resolve) => stage.clock.after(500, resolve));
    under--;
    return { ok: true };
  };
  for (let k = 0; k < 20; k++) stage.sender.send(notice("firing", `r/ethereum/${k}`), ["ops"]);
  await stage.pass(2);
  assert.equal(most, 4);
  await stage.pass(1);
  assert.equal(stage.receiver.got.length, 20);
});

Deno.test("AlertSender sends one message for several that wait and would say the same again", async () => {
  const stage = new Stage();
  stage.receiver.next = () => stage.receiver.got.length < 3 ? refused() : { ok: true };
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(1);
  for (const value of [2, 3, 4]) stage.sender.send(notice("firing", undefined, { value }), ["ops"]);
  await stage.pass(20);
  assert.deepEqual(stage.receiver.got.map(({ body }) => body.value), [1, 1, 1, 4]);
});

Deno.test("AlertSender gives up into dead letters, without secrets, and tries those again with growing pauses", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused("connection refused");
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(16);
  const [letter] = stage.memory.letters.values();
  assert.deepEqual({ ...letter, at: 0, nextAt: 0 }, {
    id: 1,
    at: 0,
    kind: "alert",
    target: "ops https://hooks.example.com/***",
    body: JSON.stringify(notice("firing")),
    tries: 5,
    lastError: "connection refused",
    nextAt: 0,
  });
  assert.equal(letter?.nextAt, (letter?.at ?? 0) + 30_000);
  await stage.pass(31);
  assert.equal(stage.receiver.got.length, 6);
  const again = stage.memory.letters.get(1);
  assert.equal(again?.tries, 6);
  assert.ok((again?.nextAt ?? 0) - stage.clock.wallNow() > 900_000, "the pause grows");
  stage.receiver.next = () => ({ ok: true });
  await stage.pass(1_000);
  assert.equal(stage.memory.letters.size, 0);
  assert.equal(stage.receiver.got.length, 7);
});

Deno.test("AlertSender tries a letter by itself for a day, then only by hand", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(90_100);
  const tries = stage.receiver.got.length;
  assert.equal(stage.memory.letters.get(1)?.nextAt, null);
  await stage.pass(7_200);
  assert.equal(stage.receiver.got.length, tries);
  stage.receiver.next = () => ({ ok: true });
  assert.deepEqual(await stage.sender.retry(1), { kind: "sent" });
  assert.equal(stage.memory.letters.size, 0);
});

Deno.test("AlertSender drops a letter that a later message of its alert has overtaken", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  stage.sender.send(notice("firing"), ["ops"]);
  stage.sender.send(notice("firing", "r/ethereum/b"), ["ops"]);
  await stage.pass(16);
  assert.equal(stage.memory.letters.size, 2);
  stage.receiver.next = () => ({ ok: true });
  stage.sender.send(notice("resolved"), ["ops"]);
  await stage.pass(1);
  assert.deepEqual([...stage.memory.letters.values()].map(({ body }) => JSON.parse(body).payload.key), [
    "r/ethereum/b",
  ]);
  await stage.pass(60);
  assert.deepEqual(stage.receiver.heard.slice(-2), ["resolved r/ethereum/a", "firing r/ethereum/b"]);
});

Deno.test("AlertSender tries the letters of one alert in their order", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(16);
  stage.sender.send(notice("resolved"), ["ops"]);
  await stage.pass(16);
  assert.equal(stage.memory.letters.size, 2);
  stage.receiver.next = () => ({ ok: true });
  const from = stage.receiver.got.length;
  await stage.pass(3_600);
  assert.deepEqual(stage.receiver.heard.slice(from), ["firing r/ethereum/a", "resolved r/ethereum/a"]);
  assert.equal(stage.memory.letters.size, 0);
});

Deno.test("AlertSender.retry() says what became of a letter, and sends it once however often it is asked", async () => {
  const stage = new Stage();
  assert.deepEqual(await stage.sender.retry(77), { kind: "unknown" });
  stage.receiver.next = () => refused("HTTP 503");
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(16);
  assert.deepEqual(await stage.sender.retry(1), { kind: "failed", error: "HTTP 503" });
  stage.receiver.next = () => ({ ok: true });
  const from = stage.receiver.got.length;
  const outcomes = await Promise.all([stage.sender.retry(1), stage.sender.retry(1)]);
  assert.deepEqual(outcomes, [{ kind: "sent" }, { kind: "sent" }]);
  assert.equal(stage.receiver.got.length, from + 1);
  assert.deepEqual(await stage.sender.retry(1), { kind: "unknown" });
});

Deno.test("AlertSender.retry() leaves a letter alone whose target is gone, and other kinds of letters", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  stage.sender.send(notice("firing"), ["ops"]);
  await stage.pass(16);
  stage.sender.setTargets([]);
  assert.deepEqual(await stage.sender.retry(1), {
    kind: "failed",
    error: "the target ops is not configured any more",
  });
  assert.equal(stage.memory.letters.get(1)?.nextAt, null);
  const { history } = stage.memory;
  const id = await history.addDeadLetter({
    at: 0,
    kind: "transaction",
    target: "ethereum",
    body: "0x",
    tries: 1,
    lastError: "",
    nextAt: null,
  });
  assert.deepEqual(await stage.sender.retry(id), { kind: "unknown" });
  assert.equal(stage.memory.letters.size, 2);
});

Deno.test("AlertSender bounds what waits for a target; what is too much becomes letters", async () => {
  const stage = new Stage();
  stage.receiver.next = () => new Promise(() => {});
  for (let k = 0; k < 1_200; k++) stage.sender.send(notice("firing", `r/ethereum/${k}`), ["ops"]);
  await stage.pass(1);
  assert.equal(stage.sender.views()[0]?.waiting, 1_000);
  assert.equal(stage.memory.letters.size, 200);
  assert.match(stage.memory.letters.get(1)?.lastError ?? "", /too many messages wait/);
});

Deno.test("AlertSender keeps what was not delivered when it ends, and the next one sends it", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  stage.sender.send(notice("firing"), ["ops"]);
  stage.sender.send(notice("firing", "r/ethereum/b"), ["ops"]);
  await stage.pass(2);
  stage.sender.send(notice("resolved"), ["ops"]);
  await stage.sender[Symbol.asyncDispose]();
  assert.equal(stage.clock.pending, 0);
  assert.equal(stage.memory.letters.size, 3);
  const { memory } = stage;
  const next = new Stage();
  const sender = new AlertSender([ops], {
    clock: next.clock,
    random: { next: () => 1 },
    log: silentLog,
    history: memory.history,
    post: next.receiver.post,
  });
  await sender.letters.load();
  for (let k = 0; k < 60; k++) {
    await next.clock.advance(1_000);
    sender.tick();
  }
  assert.deepEqual(next.receiver.heard.sort(), [
    "firing r/ethereum/a",
    "firing r/ethereum/b",
    "resolved r/ethereum/a",
  ]);
  assert.ok(
    next.receiver.heard.indexOf("firing r/ethereum/a") < next.receiver.heard.indexOf("resolved r/ethereum/a"),
  );
});

Deno.test("AlertSender tells the log what it could neither send nor keep", async () => {
  const stage = new Stage();
  stage.receiver.next = () => refused();
  const sender = new AlertSender([ops], {
    clock: stage.clock,
    random: { next: () => 1 },
    log: { ...silentLog, write: (_level, event, fields) => void stage.logged.push({ event, fields }) },
    history: { ...stage.memory.history, addDeadLetter: () => Promise.reject(new Error("disk full")) },
    post: stage.receiver.post,
  });
  sender.send(notice("firing"), ["ops"]);
  await stage.clock.advance(20_000);
  assert.deepEqual(stage.logged.map(({ event }) => event), ["alert.not_delivered", "alert.lost"]);
  assert.equal(stage.logged[1]?.fields.why, "disk full");
});
