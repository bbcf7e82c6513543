import assert from "node:assert/strict";
import { Alerts } from "../../../core/alerts/alerts.ts";
import type { History } from "../../../core/measure/history/model.ts";
import { silentLog } from "../../../core/log.ts";
import { seededRandom } from "../../../core/random.ts";
import type { AlertSettings } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { FakeFacts, FakeReceiver, MemoryHistory, ops, refused, rule } from "./support.ts";

class Stage implements AsyncDisposable {
  readonly clock: VirtualClock;
  readonly memory: MemoryHistory;
  readonly receiver = new FakeReceiver();
  readonly facts = new FakeFacts();
  readonly logged: string[] = [];
  readonly alerts: Alerts;

  constructor(settings: AlertSettings, before?: Stage, history?: History) {
    this.clock = before?.clock ?? new VirtualClock();
    this.memory = before?.memory ?? new MemoryHistory();
    this.facts.all = before?.facts.all ?? this.facts.all;
    this.alerts = new Alerts(settings, {
      clock: this.clock,
      random: seededRandom(1),
      log: { ...silentLog, write: (_level, event) => void this.logged.push(event) },
      history: history ?? this.memory.history,
      facts: this.facts,
      post: this.receiver.post,
      emit: (event, { chain, provider, ...fields }) =>
        void this.memory.rows.push({
          at: this.clock.wallNow(),
          topic: "alert",
          chain: String(chain),
          provider: provider === null ? null : String(provider),
          event,
          fields,
        }),
    });
    this.alerts.start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = this.alerts[Symbol.asyncDispose]();
    await this.clock.advance(10);
    await ended;
  }
}

const down = { state: "open", reason: "transport: refused" } as const;
const settings: AlertSettings = { targets: [ops], rules: [rule({ forMs: 5_000 })] };

Deno.test("Alerts judges once a second, tells targets, feed and history, and shows what fires", async () => {
  await using stage = new Stage(settings);
  await stage.clock.advance(3_000);
  stage.facts.a(down);
  await stage.clock.advance(3_000);
  assert.deepEqual([stage.alerts.firing.length, stage.alerts.pending.length], [0, 1]);
  await stage.clock.advance(4_000);
  assert.deepEqual([stage.alerts.firing.length, stage.alerts.pending.length], [1, 0]);
  assert.deepEqual([...stage.alerts.counts()], [["r", 1]]);
  assert.deepEqual(stage.receiver.heard, ["firing r/ethereum/a"]);
  stage.facts.a({});
  await stage.clock.advance(32_000);
  assert.deepEqual(stage.receiver.heard, ["firing r/ethereum/a", "resolved r/ethereum/a"]);
  assert.deepEqual(stage.memory.rows.map(({ event, provider, fields }) => [event, provider, fields.to]), [
    ["alert.firing", "a", ["ops"]],
    ["alert.resolved", "a", ["ops"]],
  ]);
  assert.equal(stage.alerts.firing.length, 0);
});

Deno.test("Alerts.apply() in the middle of an alert changes what it was told to, and nothing else", async () => {
  await using stage = new Stage(settings);
  stage.facts.a(down);
  await stage.clock.advance(3_000);
  stage.alerts.apply({ ...settings, rules: [...settings.rules, rule({ name: "second" })] });
  await stage.clock.advance(4_000);
  assert.deepEqual(stage.receiver.heard.sort(), ["firing r/ethereum/a", "firing second/ethereum/a"]);
  stage.alerts.apply(settings);
  await stage.clock.advance(1_000);
  assert.deepEqual(stage.receiver.heard.slice(2), ["resolved second/ethereum/a"]);
});

Deno.test("Alerts after a restart: what goes on is not told twice, what is over is resolved", async () => {
  const first = new Stage(settings);
  first.facts.a(down);
  await first.clock.advance(10_000);
  await first[Symbol.asyncDispose]();
  const second = new Stage(settings, first);
  await second.clock.advance(60_000);
  assert.deepEqual(second.receiver.heard, []);
  assert.equal(second.alerts.firing.length, 1);
  await second[Symbol.asyncDispose]();
  const third = new Stage(settings, second);
  third.facts.a({});
  await third.clock.advance(32_000);
  assert.deepEqual(third.receiver.heard, ["resolved r/ethereum/a"]);
  await third[Symbol.asyncDispose]();
  const fourth = new Stage(settings, third);
  await fourth.clock.advance(60_000);
  assert.deepEqual(fourth.receiver.heard, []);
  await fourth[Symbol.asyncDispose]();
});

Deno.test("Alerts after a restart takes no notice of test events", async () => {
  const first = new Stage(settings);
  first.memory.rows.push({
    at: first.clock.wallNow(),
    topic: "alert",
    chain: "ethereum",
    provider: "a",
    event: "alert.firing",
    fields: { rule: "r", key: "r/ethereum/a", since: "2026-01-01T00:00:00.000Z", to: ["ops"], test: true },
  });
  await first[Symbol.asyncDispose]();
  await using second = new Stage(settings, first);
  await second.clock.advance(40_000);
  assert.deepEqual(second.receiver.heard, []);
});

Deno.test("Alerts works when the history can't be asked", async () => {
  const { history } = new MemoryHistory();
  const broken = { ...history, deadLetters: () => Promise.reject(new Error("no worker")) };
  await using stage = new Stage(settings, undefined, broken);
  stage.facts.a(down);
  await stage.clock.advance(7_000);
  assert.deepEqual(stage.receiver.heard, ["firing r/ethereum/a"]);
  assert.deepEqual(stage.logged, ["alert.restore_failed"]);
});

Deno.test("Alerts tries dead letters again by itself, and by hand", async () => {
  await using stage = new Stage(settings);
  stage.receiver.next = () => refused();
  stage.facts.a(down);
  await stage.clock.advance(25_000);
  assert.equal(stage.memory.letters.size, 1);
  stage.receiver.next = () => ({ ok: true });
  assert.deepEqual(await stage.alerts.retryDeadLetter(1), { kind: "sent" });
  assert.equal(stage.memory.letters.size, 0);
  assert.deepEqual(stage.alerts.targets.map(({ sent, failed }) => [sent, failed]), [[1, 1]]);
});

Deno.test("Alerts leaves no timer behind, and keeps what was not delivered", async () => {
  const stage = new Stage(settings);
  stage.receiver.next = () => refused();
  stage.facts.a(down);
  await stage.clock.advance(7_000);
  await stage[Symbol.asyncDispose]();
  assert.equal(stage.clock.pending, 0);
  assert.equal(stage.memory.letters.get(1)?.lastError, "Lasso was stopped");
});
