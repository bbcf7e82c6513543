import assert from "node:assert/strict";
import { AlertMachine, type Moment } from "../../../core/alerts/alert_machine.ts";
import type { AlertNotice } from "../../../core/alerts/model.ts";
import type { AlertRule, AlertTarget } from "../../../core/settings.ts";
import { chain, FakeFacts, ops, provider, rule } from "./support.ts";

const start = 1_800_000_000_000;

class Stage {
  readonly facts = new FakeFacts();
  readonly told: { notice: AlertNotice; targets: readonly string[]; change: boolean; at: number }[] = [];
  readonly machine: AlertMachine;
  now = 0;

  constructor(rules: readonly AlertRule[], targets: readonly AlertTarget[] = [ops]) {
    this.machine = new AlertMachine({ rules, targets }, {
      tell: (notice, to, change) =>
        void this.told.push({ notice, targets: to, change, at: this.now / 1_000 }),
    });
  }

  get moment(): Moment {
    return { now: this.now, wall: start + this.now };
  }

  /** Judges each second, for so many. */
  run(seconds: number): void {
    for (let k = 0; k < seconds; k++) {
      this.machine.evaluate(this.facts, this.moment);
      this.now += 1_000;
    }
  }

  /** `firing r/ethereum/a @30`, … */
  get heard(): string[] {
    return this.told.map(({ notice: { payload }, at }) => `${payload.status} ${payload.key} @${at}`);
  }
}

const down = { state: "open", reason: "transport: connection refused" } as const;

Deno.test("AlertMachine fires once it has held for `for`, and resolves once it has been good as long", () => {
  const stage = new Stage([rule({ forMs: 40_000 })]);
  stage.run(10);
  stage.facts.a(down);
  stage.run(40);
  assert.deepEqual(stage.heard, []);
  stage.run(60);
  assert.deepEqual(stage.heard, ["firing r/ethereum/a @50"]);
  stage.facts.a({});
  stage.run(40);
  assert.equal(stage.told.length, 1);
  stage.run(1);
  assert.deepEqual(stage.heard, ["firing r/ethereum/a @50", "resolved r/ethereum/a @150"]);
  assert.deepEqual(stage.told.map(({ notice: { payload } }) => payload), [
    {
      version: 1,
      status: "firing",
      rule: "r",
      chain: "ethereum",
      provider: "a",
      value: 1,
      since: new Date(start + 10_000).toISOString(),
      key: "r/ethereum/a",
    },
    {
      version: 1,
      status: "resolved",
      rule: "r",
      chain: "ethereum",
      provider: "a",
      value: 0,
      since: new Date(start + 10_000).toISOString(),
      key: "r/ethereum/a",
    },
  ]);
  assert.deepEqual(stage.told.map(({ notice }) => notice.text), [
    "FIRING r: provider a of ethereum is down (transport: connection refused), for 40 s.",
    "RESOLVED r: provider a of ethereum: serves again; it lasted 1 min 40 s.",
  ]);
});

Deno.test("AlertMachine forgets what did not hold for `for`", () => {
  const stage = new Stage([rule({ forMs: 10_000 })]);
  for (let k = 0; k < 20; k++) {
    stage.facts.a(down);
    stage.run(9);
    stage.facts.a({});
    stage.run(1);
  }
  assert.deepEqual(stage.heard, []);
  assert.deepEqual([...stage.machine.views(stage.now)], []);
});

Deno.test("AlertMachine says once of what flaps that it fires, and once that it is over", () => {
  const stage = new Stage([rule()]);
  for (let k = 0; k < 60; k++) {
    stage.facts.a(k % 2 === 0 ? down : {});
    stage.run(20);
  }
  assert.deepEqual(stage.heard, ["firing r/ethereum/a @0"]);
  stage.run(11);
  assert.deepEqual(stage.heard.slice(1), ["resolved r/ethereum/a @1210"]);
});

Deno.test("AlertMachine resolves after five minutes at most, however long `for` is", () => {
  const stage = new Stage([rule({ forMs: 3_600_000 })]);
  stage.facts.a(down);
  stage.run(3_601);
  assert.equal(stage.told.length, 1);
  stage.facts.a({});
  stage.run(301);
  assert.equal(stage.heard[1], "resolved r/ethereum/a @3901");
});

Deno.test("AlertMachine keeps alerts of rules, chains and providers apart", () => {
  const stage = new Stage([
    rule(),
    rule({ name: "only-b", provider: "b" }),
    rule({ name: "base", chain: "base" }),
  ]);
  stage.facts.all = [
    chain({ providers: [provider("a", down), provider("b", down)] }),
    chain({ name: "base", providers: [provider("a", down)] }),
  ];
  stage.run(5);
  assert.deepEqual(stage.heard.sort(), [
    "firing base/base/a @0",
    "firing only-b/ethereum/b @0",
    "firing r/base/a @0",
    "firing r/ethereum/a @0",
    "firing r/ethereum/b @0",
  ]);
  assert.deepEqual([...stage.machine.counts()], [["r", 3], ["only-b", 1], ["base", 1]]);
});

Deno.test("AlertMachine says it again each `repeat` while it fires", () => {
  const stage = new Stage([rule({ repeatMs: 60_000 })]);
  stage.facts.a(down);
  stage.run(150);
  assert.deepEqual(stage.told.map(({ at, change }) => [at, change]), [[0, true], [60, false], [120, false]]);
});

Deno.test("AlertMachine fires nothing for a chain that sleeps, or of which nothing is known", () => {
  const stage = new Stage([
    rule(),
    rule({ name: "chain", when: "chain_down" }),
    rule({ name: "lag", when: "lag" }),
  ]);
  stage.facts.all = [
    chain({ asleep: true, state: "bad", providers: [provider("a", { ...down, lagBlocks: 99 })] }),
  ];
  stage.run(100);
  stage.facts.all = [
    chain({ state: "unknown", providers: [provider("a", { state: "unknown", lagBlocks: null })] }),
  ];
  stage.run(100);
  assert.deepEqual(stage.heard, []);
});

Deno.test("AlertMachine resolves after ten minutes what nothing is known of any more", () => {
  const stage = new Stage([rule()]);
  stage.facts.a(down);
  stage.run(1);
  stage.facts.all = [chain({ asleep: true })];
  stage.run(599);
  assert.equal(stage.told.length, 1);
  stage.run(1);
  assert.deepEqual(stage.heard.slice(1), ["resolved r/ethereum/a @600"]);
  assert.match(stage.told[1]?.notice.text ?? "", /nothing is known of it any more/);
  assert.equal(stage.told[1]?.notice.payload.value, null);
});

Deno.test("AlertMachine.apply() lets an alert go on while its rule has the same name and condition", () => {
  const stage = new Stage([rule({ forMs: 30_000 })]);
  stage.facts.a(down);
  stage.run(20);
  stage.machine.apply({ rules: [rule({ forMs: 30_000 })], targets: [ops] }, stage.moment);
  stage.run(20);
  assert.deepEqual(stage.heard, ["firing r/ethereum/a @30"]);
  stage.machine.apply({ rules: [rule({ forMs: 90_000 })], targets: [ops] }, stage.moment);
  stage.run(20);
  assert.equal(stage.told.length, 1);
});

Deno.test("AlertMachine.apply() tells targets that a firing rule has got, and who was told hears that it is over", () => {
  const log: AlertTarget = { name: "log", type: "log" };
  const stage = new Stage([rule()]);
  stage.facts.a(down);
  stage.run(5);
  stage.machine.apply({ rules: [rule({ to: ["log"] })], targets: [ops, log] }, stage.moment);
  stage.run(5);
  stage.facts.a({});
  stage.run(40);
  assert.deepEqual(
    stage.told.map(({ notice, targets, change }) => [notice.payload.status, targets, change]),
    [
      ["firing", ["ops"], true],
      ["firing", ["log"], false],
      ["resolved", ["ops", "log"], true],
    ],
  );
});

Deno.test("AlertMachine.apply() resolves at once what a removed rule fired", () => {
  const stage = new Stage([rule(), rule({ name: "other", when: "breaker_open" })]);
  stage.facts.a({ ...down, openBreakers: 1 });
  stage.run(5);
  stage.machine.apply({ rules: [rule({ name: "other", when: "lag" })], targets: [ops] }, stage.moment);
  assert.deepEqual(stage.heard.slice(2), ["resolved r/ethereum/a @5", "resolved other/ethereum/a @5"]);
  assert.match(stage.told[2]?.notice.text ?? "", /the rule was removed/);
});

Deno.test("AlertMachine resolves at once what is about a chain or provider that is gone", () => {
  const stage = new Stage([rule(), rule({ name: "pending", forMs: 60_000 })]);
  stage.facts.a(down);
  stage.run(5);
  stage.facts.all = [chain({ providers: [provider("b")] })];
  stage.run(1);
  assert.deepEqual(stage.heard, ["firing r/ethereum/a @0", "resolved r/ethereum/a @5"]);
  assert.deepEqual([...stage.machine.views(stage.now)], []);
});

Deno.test("AlertMachine.restore() goes on with what fired before, and says it only once", () => {
  const before = {
    rule: "r",
    chain: "ethereum",
    provider: "a",
    since: start - 60_000,
    value: 1,
    told: ["ops"],
  };
  const goesOn = new Stage([rule()]);
  goesOn.machine.restore([before, { ...before, rule: "gone" }], goesOn.moment);
  goesOn.facts.a(down);
  goesOn.run(100);
  assert.deepEqual(goesOn.heard, []);
  assert.deepEqual([...goesOn.machine.counts()], [["r", 1]]);
  const isOver = new Stage([rule()]);
  isOver.machine.restore([before], isOver.moment);
  isOver.run(31);
  assert.deepEqual(isOver.heard, ["resolved r/ethereum/a @30"]);
  assert.match(isOver.told[0]?.notice.text ?? "", /it lasted 1 min\./);
  assert.deepEqual(isOver.told[0]?.targets, ["ops"]);
});

Deno.test("AlertMachine.steps() judges a thousand rules in parts, also when a reload comes between two", () => {
  const many = Array.from({ length: 1_000 }, (_, k) => rule({ name: `r${k}` }));
  const stage = new Stage(many);
  stage.facts.all = Array.from(
    { length: 20 },
    (_, k) => chain({ name: `c${k}`, providers: [provider("a", down)] }),
  );
  const steps = stage.machine.steps(stage.facts, stage.moment);
  let count = 1;
  for (; !steps.next().done; count++) {
    if (count === 3) stage.machine.apply({ rules: many.slice(0, 500), targets: [ops] }, stage.moment);
  }
  assert.ok(count > 3 && count < 20, `${count} steps`);
  assert.equal([...stage.machine.counts()].reduce((sum, [, firing]) => sum + firing, 0), 10_000);
  stage.run(1);
  assert.equal(stage.told.filter(({ notice }) => notice.payload.status === "firing").length, 10_000);
});

Deno.test("AlertMachine.views() shows what fires and what is pending, each as a sentence", () => {
  const stage = new Stage([rule(), rule({ name: "later", forMs: 60_000 })]);
  stage.facts.a(down);
  stage.run(10);
  const views = [...stage.machine.views(stage.now)];
  assert.deepEqual(views.map(({ key, firedAt, since, value }) => [key, firedAt, since, value]), [
    ["r/ethereum/a", start, start, 1],
    ["later/ethereum/a", null, start, 1],
  ]);
  assert.match(views[1]?.text ?? "", /^FIRING later: provider a of ethereum is down/);
  stage.facts.a({});
  stage.run(3);
  const [view, ...others] = [...stage.machine.views(stage.now)];
  assert.deepEqual([view?.key, view?.value, others.length], ["r/ethereum/a", 0, 0]);
  assert.match(view?.text ?? "", / Good again for 3 s, not yet over\.$/);
});
