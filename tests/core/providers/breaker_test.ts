import assert from "node:assert/strict";
import { Breaker, type BreakerState } from "../../../core/providers/breaker.ts";
import { below, type Random, seededRandom } from "../../../core/random.ts";
import type { BreakerSettings } from "../../../core/settings.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const settings: BreakerSettings = {
  failureThreshold: 5,
  errorRatio: 0.5,
  windowMs: 30_000,
  minRequests: 20,
  recoveryTimeoutMs: 30_000,
  successThreshold: 2,
};
/** No jitter: the middle of ±10 %. */
const middle: Random = { next: () => 0.5 };

interface Bench {
  readonly clock: VirtualClock;
  readonly breaker: Breaker;
  readonly seen: { state: BreakerState; why: string }[];
  fail(times?: number): void;
  succeed(times?: number): void;
}

function bench(more: Partial<BreakerSettings> | false = {}, random = middle): Bench {
  const clock = new VirtualClock();
  const seen: { state: BreakerState; why: string }[] = [];
  const breaker = new Breaker(
    more === false ? false : { ...settings, ...more },
    clock,
    random,
    (state, why) => void seen.push({ state, why }),
  );
  return {
    clock,
    breaker,
    seen,
    fail: (times = 1) => {
      for (let i = 0; i < times; i++) breaker.failure(breaker.begin(), "status 500");
    },
    succeed: (times = 1) => {
      for (let i = 0; i < times; i++) breaker.success(breaker.begin());
    },
  };
}

Deno.test("Breaker opens after failureThreshold failures in a row, not before", () => {
  const { breaker, seen, fail, succeed } = bench();
  fail(4);
  succeed();
  fail(4);
  assert.equal(breaker.kind, "closed");
  fail();
  assert.deepEqual(breaker.state, { kind: "open", until: 30_000, reopenings: 0 });
  assert.equal(breaker.admits(), false);
  assert.deepEqual(seen.map(({ why }) => why), ["5 failures in a row, the last: status 500"]);
});

Deno.test("Breaker opens at errorRatio over the window, from minRequests on", () => {
  const { breaker, seen, fail, succeed } = bench();
  for (let i = 0; i < 9; i++) {
    fail();
    succeed();
  }
  fail(); // 10 of 19
  assert.equal(breaker.kind, "closed");
  fail(); // 11 of 20
  assert.equal(breaker.kind, "open");
  assert.equal(seen.at(-1)?.why, "11 of 20 calls failed within the window, the last: status 500");
});

Deno.test("Breaker forgets what is older than the window", async () => {
  const { breaker, clock, fail, succeed } = bench();
  for (let i = 0; i < 9; i++) {
    fail();
    succeed();
  }
  await clock.advance(30_001);
  fail(3);
  assert.equal(breaker.kind, "closed");
  succeed(17);
  fail(); // 4 of 21
  assert.equal(breaker.kind, "closed");
});

Deno.test("Breaker becomes half_open when due and lets one trial through at a time", async () => {
  const { breaker, clock, fail } = bench();
  fail(5);
  await clock.advance(29_999);
  assert.equal(breaker.admits(), false);
  await clock.advance(1);
  assert.equal(breaker.admits(), true);
  assert.equal(breaker.kind, "half_open");
  const trial = breaker.begin();
  assert.equal(breaker.admits(), false);
  breaker.success(trial);
  assert.deepEqual(breaker.state, { kind: "half_open", trialUnderWay: false, successes: 1 });
  assert.equal(breaker.admits(), true);
  breaker.success(breaker.begin());
  assert.equal(breaker.kind, "closed");
});

Deno.test("Breaker reopens on a failure in half_open, doubling its pause up to ten times", async () => {
  const { breaker, clock, fail } = bench({ recoveryTimeoutMs: 1_000 });
  fail(5);
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    const state = breaker.state;
    assert.ok(state.kind === "open");
    assert.equal(state.reopenings, i);
    pauses.push(Math.round(state.until - clock.now()));
    await clock.advance(pauses.at(-1)!);
    assert.equal(breaker.admits(), true);
    fail();
  }
  assert.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
});

Deno.test("Breaker caps a long pause at five minutes, but never below the first one", async () => {
  for (const [recoveryTimeoutMs, capMs] of [[60_000, 300_000], [600_000, 600_000]] as const) {
    const { breaker, clock, fail } = bench({ recoveryTimeoutMs });
    fail(5);
    for (let i = 0; i < 8; i++) {
      await clock.advance(capMs);
      assert.equal(breaker.admits(), true);
      fail();
    }
    assert.equal(breaker.dueAt! - clock.now(), capMs);
  }
});

Deno.test("Breaker spreads its pause by ten percent either way", () => {
  for (const [draw, expected] of [[0, 27_000], [0.999999, 33_000]] as const) {
    const { breaker, fail } = bench({}, { next: () => draw });
    fail(5);
    assert.ok(Math.abs(breaker.dueAt! - expected) < 1, `${breaker.dueAt}`);
  }
});

Deno.test("Breaker starts with the first pause again once it was closed", async () => {
  const { breaker, clock, fail, succeed } = bench();
  fail(5);
  await clock.advance(30_000);
  fail();
  await clock.advance(60_000);
  succeed(2);
  assert.equal(breaker.kind, "closed");
  fail(5);
  assert.deepEqual(breaker.state, { kind: "open", until: clock.now() + 30_000, reopenings: 0 });
});

Deno.test("Breaker ignores results of calls begun in an earlier state", async () => {
  const { breaker, clock, fail } = bench();
  const early = [breaker.begin(), breaker.begin()];
  fail(5);
  const lastResort = breaker.begin();
  await clock.advance(30_000);
  assert.equal(breaker.admits(), true);
  breaker.failure(early[0]!, "late");
  breaker.failure(lastResort, "late");
  breaker.success(early[1]!);
  assert.deepEqual(breaker.state, { kind: "half_open", trialUnderWay: false, successes: 0 });
});

Deno.test("Breaker counts a last-resort call beside the trial only when it fails", async () => {
  const { breaker, clock, fail } = bench({ successThreshold: 1 });
  fail(5);
  await clock.advance(30_000);
  const trial = breaker.begin();
  const beside = breaker.begin();
  assert.notEqual(trial, beside);
  breaker.success(beside);
  assert.equal(breaker.kind, "half_open");
  breaker.failure(breaker.begin(), "status 500");
  assert.equal(breaker.kind, "open");
  breaker.success(trial);
  assert.equal(breaker.kind, "open");
});

Deno.test("Breaker.release() frees the trial without a verdict", async () => {
  const { breaker, clock, fail } = bench();
  fail(5);
  await clock.advance(30_000);
  breaker.success(breaker.begin());
  breaker.release(breaker.begin());
  assert.deepEqual(breaker.state, { kind: "half_open", trialUnderWay: false, successes: 1 });
});

Deno.test("Breaker with false for settings never opens", () => {
  const { breaker, fail, seen } = bench(false);
  fail(1_000);
  assert.equal(breaker.kind, "closed");
  assert.equal(breaker.admits(), true);
  assert.deepEqual(seen, []);
});

Deno.test("Breaker.adopt() goes on with the pause of the one before, without its trial", async () => {
  const before = bench();
  before.fail(5);
  const after = bench();
  after.breaker.adopt(before.breaker);
  assert.deepEqual(after.breaker.state, before.breaker.state);
  await after.clock.advance(30_000);
  after.breaker.begin();
  const third = bench();
  third.breaker.adopt(after.breaker);
  assert.deepEqual(third.breaker.state, { kind: "half_open", trialUnderWay: false, successes: 0 });
});

Deno.test("Breaker holds its promises over seeded random sequences", async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = seededRandom(seed);
    const successThreshold = 1 + below(random, 3);
    const { breaker, clock, seen } = bench({ successThreshold }, random);
    const open: number[] = [];
    /** Trials begun in this stay in half_open: the tickets that no other call may share. */
    let trial = 0;
    let won = 0;
    for (let step = 0; step < 300; step++) {
      const before = breaker.kind;
      const choice = below(random, 10);
      if (choice < 4) {
        const admitted = breaker.admits();
        const half = breaker.kind === "half_open";
        if (admitted || below(random, 4) === 0) {
          const ticket = breaker.begin();
          if (half && admitted) {
            assert.equal(trial, 0, `seed ${seed}: a second trial began`);
            trial = ticket;
          }
          open.push(ticket);
        }
        if (half && trial !== 0) assert.equal(breaker.admits(), false, `seed ${seed}: admits beside a trial`);
      } else if (choice < 9 && open.length > 0) {
        const [ticket] = open.splice(below(random, open.length), 1) as [number];
        const isTrial = ticket === trial && breaker.kind === "half_open";
        if (choice < 6) {
          breaker.success(ticket);
          if (isTrial) won++;
        } else if (choice < 8) breaker.failure(ticket, "x");
        else breaker.release(ticket);
        if (isTrial) trial = 0;
      } else await clock.advance(below(random, 20_000));
      const after = breaker.kind;
      if (after !== "half_open") trial = 0;
      if (before === "half_open" && after === "closed") {
        assert.equal(won, successThreshold, `seed ${seed}: closed after ${won} successes`);
      }
      if (before === "closed") assert.notEqual(after, "half_open", `seed ${seed}: closed to half_open`);
      if (before === "open") assert.notEqual(after, "closed", `seed ${seed}: open to closed`);
      if (after !== "half_open") won = 0;
    }
    const kinds = seen.map(({ state }) => state.kind);
    for (let i = 1; i < kinds.length; i++) {
      if (kinds[i] === "closed") assert.equal(kinds[i - 1], "half_open", `seed ${seed}`);
      if (kinds[i] === "open") assert.notEqual(kinds[i - 1], "open", `seed ${seed}`);
    }
  }
});
