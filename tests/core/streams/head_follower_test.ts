// The follower of a chain's head: one branch out of what several sources say.

import assert from "node:assert/strict";
import { HeadFollower, type HeadSource } from "../../../core/streams/head_follower.ts";
import type { Head } from "../../../core/streams/head.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { head, nameOf } from "./stream_fakes.ts";

interface Stage {
  readonly clock: VirtualClock;
  readonly follower: HeadFollower;
  /** `a7` pushed, `-a7` popped, `gap 3-5`. */
  readonly told: string[];
  /** Asked and not answered yet: `7` or `a7`. */
  readonly asked: Map<string, (head: Head | null) => void>;
  answer(key: string, with_: Head | null): void;
  take(): string;
}

function stage(options: { maxBackfill?: number; start?: string; reachable?: boolean } = {}): Stage {
  const clock = new VirtualClock();
  const told: string[] = [];
  const asked = new Map<string, (head: Head | null) => void>();
  const follower = new HeadFollower({
    clock,
    maxBackfill: () => options.maxBackfill ?? 32,
    backfillTimeoutMs: () => 30_000,
    reachable: () => options.reachable ?? true,
    blockTimeMs: () => 1_000,
    fetch: (number, hash, answered) => asked.set(hash === null ? String(number) : nameOf(hash), answered),
    canonical: (number, _source, answered) => asked.set(`fork ${number}`, answered),
    pushed: ({ hash }) => told.push(nameOf(hash)),
    popped: ({ hash }) => told.push(`-${nameOf(hash)}`),
    gap: (from, to) => told.push(`gap ${from}-${to}`),
  });
  const answer = (key: string, with_: Head | null): void => {
    const answered = asked.get(key);
    assert.ok(answered !== undefined, `${key} was not asked for, but ${[...asked.keys()]}`);
    asked.delete(key);
    answered(with_);
  };
  const take = (): string => told.splice(0).join(" ");
  return { clock, follower, told, asked, answer, take };
}

const source = (): HeadSource => ({ last: null });

function offer({ follower }: Stage, by: HeadSource, ...heads: Head[]): void {
  for (const one of heads) follower.offer(one, by);
}

Deno.test("HeadFollower gives each head of a source once, in order", () => {
  const s = stage();
  const one = source();
  offer(s, one, head("a5"), head("a6"), head("a6"), head("a7"), head("a5"));
  assert.equal(s.take(), "a5 a6 a7");
});

Deno.test("HeadFollower takes the first copy of two sources", () => {
  const s = stage();
  const [one, two] = [source(), source()];
  offer(s, one, head("a5"), head("a6"));
  offer(s, two, head("a5"), head("a6"), head("a7"));
  offer(s, one, head("a7"), head("a8"));
  assert.equal(s.take(), "a5 a6 a7 a8");
});

Deno.test("HeadFollower fetches what was skipped, all heights at once", () => {
  const s = stage();
  const one = source();
  offer(s, one, head("a5"), head("a9"));
  assert.deepEqual([...s.asked.keys()].sort(), ["6", "7", "8"]);
  s.answer("7", head("a7"));
  s.answer("8", head("a8"));
  assert.equal(s.take(), "a5");
  s.answer("6", head("a6"));
  assert.equal(s.take(), "a6 a7 a8 a9");
});

Deno.test("HeadFollower goes by hash where the height gives another branch", () => {
  const s = stage();
  offer(s, source(), head("a5"), head("a7"));
  s.answer("6", head("b6", "a5"));
  s.answer("a6", head("a6"));
  assert.equal(s.take(), "a5 a6 a7");
});

Deno.test("HeadFollower pops to the fork, however deep, and pushes the new branch", () => {
  const s = stage();
  const one = source();
  offer(s, one, head("a5"), head("a6"), head("a7"), head("a8"), head("b6", "a5"), head("b7"));
  assert.equal(s.take(), "a5 a6 a7 a8 -a8 -a7 -a6 b6 b7");
});

Deno.test("HeadFollower finds the way of a reorg that is told by its tip alone", () => {
  const s = stage();
  offer(s, source(), head("a5"), head("a6"), head("a7"), head("b8"));
  s.answer("b7", head("b7"));
  s.answer("b6", head("b6", "a5"));
  assert.equal(s.take(), "a5 a6 a7 -a7 -a6 b6 b7 b8");
});

Deno.test("HeadFollower gives A again after A → B → A", () => {
  const s = stage();
  offer(
    s,
    source(),
    head("a5"),
    head("a6"),
    head("b6", "a5"),
    head("b7"),
    head("a6"),
    head("a7"),
    head("a8"),
  );
  assert.equal(s.take(), "a5 a6 -a6 b6 b7 -b7 -b6 a6 a7 a8");
});

Deno.test("HeadFollower finds a fork below the first block that it held", () => {
  const s = stage();
  offer(s, source(), head("a5"), head("b5", "b4"));
  s.answer("a4", head("a4"));
  s.answer("b4", head("b4", "a3"));
  assert.equal(s.take(), "a5 -a5 -a4 b4 b5");
});

Deno.test("HeadFollower takes nothing back for a source that lags on a branch that was left", () => {
  const s = stage();
  const [one, two] = [source(), source()];
  offer(s, one, head("a5"), head("a6"), head("b6", "a5"), head("b7"), head("b8"));
  s.take();
  offer(s, two, head("a5"), head("a6"), head("a7"));
  assert.equal(s.take(), "");
  offer(s, two, head("b6", "a5"), head("b7"), head("b8"), head("b9"));
  assert.equal(s.take(), "b9");
});

Deno.test("HeadFollower takes nothing back for a new source that lags, and gives nothing twice", () => {
  const s = stage();
  const [one, two] = [source(), source()];
  offer(s, one, head("a5"), head("a6"), head("a7"));
  s.follower.lost(one);
  offer(s, two, head("a4"), head("a5"), head("a6"), head("a7"), head("a8"));
  assert.equal(s.take(), "a5 a6 a7 a8");
});

Deno.test("HeadFollower follows a fork of the same height once nobody has moved for three block times", async () => {
  const s = stage();
  const [one, two] = [source(), source()];
  offer(s, one, head("a5"), head("a6"));
  s.follower.lost(one);
  offer(s, two, head("b6", "a5"));
  assert.equal(s.take(), "a5 a6");
  await s.clock.advance(3_000);
  s.follower.tick();
  assert.equal(s.take(), "-a6 b6");
});

Deno.test("HeadFollower believes the others when the one that led is gone", () => {
  const s = stage();
  const [one, two] = [source(), source()];
  offer(s, one, head("a5"), head("a6"));
  offer(s, two, head("b6", "a5"), head("b7"));
  assert.equal(s.take(), "a5 a6");
  s.follower.lost(one);
  assert.equal(s.take(), "-a6 b6 b7");
});

Deno.test("HeadFollower tells a gap above the maximum and goes on from the head", () => {
  const s = stage({ maxBackfill: 3 });
  offer(s, source(), head("a5"), head("a9"));
  assert.equal(s.asked.size, 3);
  const t = stage({ maxBackfill: 3 });
  offer(t, source(), head("a5"), head("a10"), head("a11"));
  assert.equal(t.take(), "a5");
  t.answer("fork 5", head("a5"));
  t.answer("fork 10", head("a10"));
  assert.equal(t.take(), "gap 6-9 a10");
  assert.equal(t.asked.size, 0);
});

Deno.test("HeadFollower tells a gap when the way is not found in time, and asks again until then", async () => {
  const s = stage();
  offer(s, source(), head("a5"), head("a7"));
  s.answer("6", null);
  s.answer("a6", null);
  assert.equal(s.asked.size, 0);
  await s.clock.advance(500);
  s.follower.tick();
  assert.ok(s.asked.size > 0, "asked again");
  await s.clock.advance(30_000);
  s.follower.tick();
  s.answer("fork 5", head("a5"));
  s.answer("fork 7", head("a7"));
  assert.equal(s.take(), "a5 gap 6-6 a7");
});

Deno.test("HeadFollower waits as long as nobody is there to ask", async () => {
  const s = stage({ reachable: false });
  offer(s, source(), head("a5"), head("a7"));
  s.answer("6", null);
  s.answer("a6", null);
  await s.clock.advance(600_000);
  s.follower.tick();
  assert.equal(s.take(), "a5");
  s.answer("a6", head("a6"));
  assert.equal(s.take(), "a6 a7");
});

Deno.test("HeadFollower tells a gap from the fork on, or from its oldest block where nobody says", () => {
  const heads = ["a1", "a2", "a3", "a4", "a5"].map((name) => head(name));
  const s = stage({ maxBackfill: 3 });
  offer(s, source(), ...heads, head("b20"));
  s.answer("fork 5", head("b5"));
  s.answer("fork 4", head("b4"));
  s.answer("fork 2", head("a2"));
  s.answer("fork 20", head("b20"));
  assert.equal(s.take(), "a1 a2 a3 a4 a5 -a5 -a4 -a3 gap 3-19 b20");
  const t = stage({ maxBackfill: 3 });
  offer(t, source(), ...heads, head("b20"));
  t.answer("fork 5", null);
  assert.equal(t.take(), "a1 a2 a3 a4 a5 gap 1-19 b20");
});

Deno.test("HeadFollower goes on with a reorg that comes while it fetches", () => {
  const s = stage();
  const one = source();
  offer(s, one, head("a5"), head("a8"));
  s.answer("6", head("a6"));
  offer(s, one, head("b7", "a6"), head("b8"), head("b9"));
  assert.equal(s.take(), "a5 a6 b7 b8 b9");
  assert.equal(s.follower.tip?.number, 9);
});

Deno.test("HeadFollower keeps its branch through a restart", () => {
  const s = stage();
  offer(s, source(), head("a5"), head("a6"), head("a9"));
  const late = s.asked.get("7");
  s.follower.restart();
  late?.(head("a7"));
  offer(s, source(), head("a6"), head("a7"));
  assert.equal(s.take(), "a5 a6 a7");
});

Deno.test("HeadFollower with no gap filling asks for nothing", () => {
  const s = stage({ maxBackfill: 0 });
  offer(s, source(), head("a5"), head("a6"), head("b6", "a5"), head("b8"));
  assert.equal(s.take(), "a5 a6 -a6 b6 gap 7-7 b8");
  assert.equal(s.asked.size, 0);
});
