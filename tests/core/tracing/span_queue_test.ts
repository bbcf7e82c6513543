import assert from "node:assert/strict";
import { SpanQueue } from "../../../core/tracing/span_queue.ts";
import type { Span } from "../../../core/tracing/span_tracer.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";

const span = { name: "eth_call" } as Span;

interface Posted {
  readonly spans: number;
  resolve(): void;
  reject(problem: unknown): void;
}

interface Stage {
  readonly clock: VirtualClock;
  readonly queue: SpanQueue;
  readonly posts: readonly Posted[];
  readonly told: readonly unknown[];
  add(spans: number): void;
}

function stage(): Stage {
  const clock = new VirtualClock();
  const posts: Posted[] = [];
  const told: unknown[] = [];
  const queue = new SpanQueue({
    ...{ clock, maxWaiting: 10, maxBatch: 4, delayMs: 100 },
    post: (spans) =>
      new Promise<void>((resolve, reject) => void posts.push({ spans: spans.length, resolve, reject })),
    told: (problem) => void told.push(problem),
  });
  const add = (spans: number): void => {
    for (let k = 0; k < spans; k++) queue.add(span);
  };
  return { clock, queue, posts, told, add };
}

const turn = (): Promise<void> => new Promise((resolve) => queueMicrotask(() => queueMicrotask(resolve)));

Deno.test("SpanQueue posts after its delay, a full batch at once, one batch at a time", async () => {
  const { clock, queue, posts, add } = stage();
  add(1);
  await clock.advance(99);
  assert.equal(posts.length, 0);
  await clock.advance(1);
  assert.deepEqual(posts.map(({ spans }) => spans), [1]);
  add(9);
  assert.equal(posts.length, 1);
  posts[0]?.resolve();
  await turn();
  assert.deepEqual(posts.map(({ spans }) => spans), [1, 4]);
  posts[1]?.resolve();
  await turn();
  posts[2]?.resolve();
  await turn();
  assert.deepEqual([posts.length, queue.waiting], [3, 1]);
  await clock.advance(100);
  assert.deepEqual(posts.map(({ spans }) => spans), [1, 4, 4, 1]);
  assert.deepEqual(queue.counts, { exported: 9, failed: 0, dropped: 0 });
});

Deno.test("SpanQueue holds no more than it may while the collector hangs", () => {
  const { queue, posts, add } = stage();
  add(100_000);
  assert.deepEqual([posts.length, queue.waiting, queue.counts.dropped], [1, 10, 100_000 - 14]);
});

Deno.test("SpanQueue tells of a fault once, and of its end", async () => {
  const { queue, posts, told, add } = stage();
  for (const outcome of ["refused", "refused", null, "reset"]) {
    add(4);
    if (outcome === null) posts.at(-1)?.resolve();
    else posts.at(-1)?.reject(outcome);
    await turn();
  }
  assert.deepEqual(told, ["refused", null, "reset"]);
  assert.deepEqual(queue.counts, { exported: 4, failed: 12, dropped: 0 });
});

Deno.test("SpanQueue.close() posts what waits, and gives up in time", async () => {
  const good = stage();
  good.add(3);
  const closed = good.queue.close(1_000);
  assert.deepEqual(good.posts.map(({ spans }) => spans), [3]);
  good.posts[0]?.resolve();
  await closed;
  good.add(1);
  assert.deepEqual(good.queue.counts, { exported: 3, failed: 0, dropped: 1 });
  const hanging = stage();
  hanging.add(6);
  const over = hanging.queue.close(1_000);
  await hanging.clock.advance(1_000);
  await over;
  assert.deepEqual([hanging.queue.waiting, hanging.queue.counts.dropped], [0, 2]);
});
