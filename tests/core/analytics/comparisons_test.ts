import assert from "node:assert/strict";
import { Busy, type ComparisonQuery, Comparisons, widthFor } from "../../../core/analytics/comparisons.ts";
import type { CellAnswer, CellQuery } from "../../../core/measure/history/model.ts";
import { minute } from "../measure/history/support.ts";
import { type FakeRouter, fakeRouter, noAnswer } from "../../support/fake_router.ts";

const day = 24 * 60 * minute;

/** A history that answers when it is told to. */
class SlowHistory {
  readonly asked: CellQuery[] = [];
  readonly #gate = Promise.withResolvers<void>();

  cells(query: CellQuery): Promise<CellAnswer> {
    this.asked.push(query);
    return this.#gate.promise.then(() => ({ stepMs: query.stepMs ?? 0, groups: [] }));
  }

  open(): void {
    this.#gate.resolve();
  }
}

function query({ route, router, clock }: FakeRouter, back = 10 * minute): ComparisonQuery {
  const to = clock.wallNow();
  return { route, plugins: router.plugins, from: to - back, to, leastMs: 0 };
}

const never = new AbortController().signal;

Deno.test("Comparisons computes once for all who ask the same within a minute", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer } });
  const history = new SlowHistory();
  const comparisons = new Comparisons({ history, clock: lasso.clock });
  const both = [comparisons.ask(query(lasso), never), comparisons.ask(query(lasso), never)];
  history.open();
  const [one, other] = await Promise.all(both);
  assert.equal(one, other);
  assert.equal(one!.widthMs, minute);
  assert.equal((one!.to - one!.from) % minute, 0);
  const times = history.asked.length;
  assert.equal(await comparisons.ask({ ...query(lasso), from: one!.from, to: one!.to }, never), one);
  assert.equal(history.asked.length, times);
  await lasso.clock.advance(minute);
  assert.notEqual(await comparisons.ask({ ...query(lasso), from: one!.from, to: one!.to }, never), one);
});

Deno.test("Comparisons computes a time that moves with the clock once for as long as its readers are content with", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer } });
  const history = new SlowHistory();
  history.open();
  const comparisons = new Comparisons({ history, clock: lasso.clock });
  const ask = (back: number) => comparisons.ask({ ...query(lasso, back), keptMs: 5 * minute }, never);
  const first = await ask(day);
  const short = await ask(10 * minute);
  assert.notEqual(short, first);
  for (let k = 1; k < 10; k++) {
    await lasso.clock.advance(minute / 2);
    assert.equal(await ask(day), first);
    assert.equal(await ask(10 * minute), short);
  }
  await lasso.clock.advance(minute / 2);
  const second = await ask(day);
  assert.equal(second.to - first.to, 5 * minute);
  const past = {
    ...query(lasso),
    to: first.to - 60 * minute,
    from: first.to - 120 * minute,
    keptMs: 5 * minute,
  };
  assert.equal((await comparisons.ask(past, never)).to, past.to);
  const shifted = { ...past, to: past.to - minute, from: past.from - minute };
  assert.equal((await comparisons.ask(shifted, never)).to, shifted.to);
});

Deno.test("Comparisons goes on while one of those who ask is left, and gives up with the last", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer } });
  const history = new SlowHistory();
  const comparisons = new Comparisons({ history, clock: lasso.clock });
  const [first, second] = [new AbortController(), new AbortController()];
  const left = comparisons.ask(query(lasso), first.signal);
  const stays = comparisons.ask(query(lasso), second.signal);
  first.abort(new Error("first left"));
  await assert.rejects(left, /first left/);
  history.open();
  assert.equal((await stays).chain, "ethereum");

  const slow = new SlowHistory();
  const others = new Comparisons({ history: slow, clock: lasso.clock });
  const alone = others.ask(query(lasso), second.signal);
  await lasso.clock.advance(0);
  second.abort(new Error("nobody left"));
  await assert.rejects(alone, /nobody left/);
  const asked = slow.asked.length;
  slow.open();
  await lasso.clock.advance(100);
  assert.equal(slow.asked.length, asked, "it went on for nobody");
  // Who comes later gets a new one.
  assert.equal((await others.ask(query(lasso), never)).chain, "ethereum");
});

Deno.test("Comparisons refuses more than eight at once, and forgets one that failed", async () => {
  await using lasso = await fakeRouter({ nodes: { a: noAnswer } });
  const history = new SlowHistory();
  const comparisons = new Comparisons({ history, clock: lasso.clock });
  const asked = Array.from(
    { length: 8 },
    (_, k) => comparisons.ask(query(lasso, (k + 1) * 10 * minute), never),
  );
  await assert.rejects(comparisons.ask(query(lasso, 900 * minute), never), Busy);
  history.open();
  await Promise.all(asked);
  await comparisons.ask(query(lasso, 900 * minute), never);

  let broken = true;
  const flaky = {
    cells: (asking: CellQuery): Promise<CellAnswer> =>
      broken
        ? Promise.reject(new Error("disk"))
        : Promise.resolve({ stepMs: asking.stepMs ?? 0, groups: [] }),
  };
  const again = new Comparisons({ history: flaky, clock: lasso.clock });
  await assert.rejects(again.ask(query(lasso), never), /disk/);
  broken = false;
  await again.ask(query(lasso), never);
});

Deno.test("widthFor() is a minute for a day of the last week, wider beyond, and never below what was asked", () => {
  const now = 400 * day;
  assert.equal(widthFor(now - day, now, 0, now), minute);
  assert.equal(widthFor(now - day, now, 90_000, now), 5 * minute);
  assert.equal(widthFor(now - 2 * day, now, 0, now), 5 * minute);
  assert.equal(widthFor(now - 8 * day, now - 7.5 * day, 0, now), 60 * minute);
  assert.equal(widthFor(now - 30 * day, now, 0, now), 60 * minute);
  assert.equal(widthFor(now - day, now, day, now), day);
});
