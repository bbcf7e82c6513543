import assert from "node:assert/strict";
import { messageOf } from "../../../core/errors.ts";
import { Sweep, SweepLink, type Swept, tickMs } from "../../../core/routing/sweep.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

class Member implements Swept {
  readonly sweepLink = new SweepLink();
  readonly seen: number[] = [];
  wakeAt: number;
  constructor(wakeAt: number, readonly then: (member: Member) => void = () => {}) {
    this.wakeAt = wakeAt;
  }
  onTime(now: number): void {
    this.seen.push(now);
    this.wakeAt = Infinity;
    this.then(this);
  }
  readonly faults: string[] = [];
  broke(thrown: unknown): void {
    this.faults.push(messageOf(thrown));
  }
}

Deno.test("Sweep goes on when a member throws, and tells it", async () => {
  const clock = new VirtualClock();
  using sweep = new Sweep(clock);
  const broken = new Member(5, () => {
    throw new Error("broken");
  });
  const other = new Member(5);
  sweep.add(broken);
  sweep.add(other);
  await clock.advance(10);
  assert.deepEqual(broken.faults, ["broken"]);
  assert.deepEqual(other.seen, [5]);
});

Deno.test("Sweep looks at a member within one tick of its time, and not before", async () => {
  const clock = new VirtualClock();
  using sweep = new Sweep(clock);
  const members = [1, 5, 7, 100].map((wakeAt) => new Member(wakeAt));
  for (const member of members) sweep.add(member);
  await clock.advance(200);
  assert.deepEqual(members.map(({ seen }) => seen), [[tickMs], [5], [10], [100]]);
});

Deno.test("Sweep ticks only while there is somebody to look at", async () => {
  const clock = new VirtualClock();
  using sweep = new Sweep(clock);
  assert.equal(clock.pending, 0);
  const member = new Member(5, (self) => sweep.remove(self));
  sweep.add(member);
  assert.equal(clock.pending, 1);
  await clock.advance(20);
  assert.equal(sweep.size, 0);
  assert.equal(clock.pending, 0);
  sweep.add(new Member(Infinity));
  assert.equal(clock.pending, 1);
});

Deno.test("Sweep lets members add and remove others while it looks", async () => {
  const clock = new VirtualClock();
  using sweep = new Sweep(clock);
  const removed = new Member(5);
  const added = new Member(0);
  sweep.add(
    new Member(5, () => {
      sweep.remove(removed);
      sweep.add(added);
    }),
  );
  sweep.add(removed);
  await clock.advance(30);
  assert.deepEqual([removed.seen, added.seen], [[], [10]]);
  assert.equal(clock.pending, 1);
});

Deno.test("Sweep looks at its members oldest first, whoever left in between", async () => {
  const clock = new VirtualClock();
  using sweep = new Sweep(clock);
  const order: string[] = [];
  const members = ["a", "b", "c", "d"].map((name) => new Member(5, () => void order.push(name)));
  for (const member of members) sweep.add(member);
  sweep.remove(members[1]!);
  await clock.advance(5);
  assert.deepEqual([order, sweep.size], [["a", "c", "d"], 3]);
});
