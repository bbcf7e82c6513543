// The inside of the dashboard figure, as a process of its own: `deno run -A bench/dashboard_feed_run.ts SECONDS` prints
// one line of JSON. A live router with the demo's world publishes 1,000 events a second on its feed; Chromium shows the
// page, which counts its own frames, long tasks and the delay from an event to the frame that shows it.

import type { EventHub } from "../core/server/event_hub.ts";
import { inPage, PageStand, type WatchedPage } from "../tests/support/page_stand.ts";

const eventsPerSecond = 1_000;
/** Events go in evenly, so many times a second. */
const ticksPerSecond = 100;
/** Of 20 events one is a change of state, which the feed never leaves out. */
const stateEvery = 20;

export interface FeedRound {
  readonly tab: string;
  readonly seconds: number;
  readonly events: number;
  /** Frames a second without these events, and with them. */
  readonly idleFps: number;
  readonly fps: number;
  readonly longTasks: readonly number[];
  /** ms from events to the frames that showed them. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly maxMs: number;
  readonly seen: number;
  /** JavaScript's heap after a collection, bytes. */
  readonly heapBefore: number;
  readonly heapAfter: number;
}

/** Counts frames and long tasks; with `list`, the delays of the lines that it gains. */
const meter = (list: string): string =>
  `(() => {
  const meter = window.meter = { frames: 0, longTasks: [], delays: [], from: performance.now() };
  const count = () => { meter.frames++; requestAnimationFrame(count); };
  requestAnimationFrame(count);
  new PerformanceObserver((entries) => {
    for (const { duration } of entries.getEntries()) meter.longTasks.push(Math.round(duration));
  }).observe({ type: "longtask" });
  new MutationObserver((changes) => {
    const times = changes.flatMap(({ addedNodes }) => [...addedNodes])
      .flatMap((node) => node.querySelector?.("time")?.dateTime ?? []);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        const now = performance.timeOrigin + performance.now();
        for (const at of times) meter.delays.push(now - Date.parse(at));
      };
      port1.postMessage(null);
    });
  }).observe(document.querySelector(${JSON.stringify(list)}), { childList: true });
})()`;

interface Meter {
  readonly fps: number;
  readonly longTasks: readonly number[];
  readonly delays: readonly number[];
}

const read =
  "({ fps: meter.frames * 1000 / (performance.now() - meter.from), longTasks: meter.longTasks, delays: meter.delays })";
const reset = "void Object.assign(meter, { frames: 0, longTasks: [], delays: [], from: performance.now() })";

function publish(hub: EventHub, serial: number): void {
  if (serial % stateEvery === 0) {
    const state = serial % (2 * stateEvery) === 0 ? "half_open" : "closed";
    hub.emit("breaker", { chain: "base", provider: "shaky", transport: "http", state, why: "bench" });
    return;
  }
  hub.publish("routing", serial % 2 === 0 ? "ethereum" : "base", {
    method: "eth_call",
    strategy: "fastest",
    provider_id: serial % 3 === 0 ? "steady" : "swift",
    transport: "http",
    duration_ms: serial % 97,
    result: "ok",
    failover_count: 0,
    request_id: `bench-${serial}`,
  }, false);
}

async function flood(hub: EventHub, seconds: number): Promise<number> {
  const from = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const at = (performance.now() - from) / 1000;
      const due = Math.floor(Math.min(at, seconds) * eventsPerSecond);
      while (sent < due) publish(hub, sent++);
      if (at < seconds) return;
      clearInterval(timer);
      resolve();
    }, 1000 / ticksPerSecond);
  });
  return sent;
}

async function heapOf({ page }: WatchedPage): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

async function measure(stand: PageStand, path: string, list: string, seconds: number): Promise<FeedRound> {
  await using watched = await stand.look(path);
  const { page } = watched;
  await page.locator(`${list} > *`).first().waitFor();
  await page.evaluate(meter(list));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const heapBefore = await heapOf(watched);
  await page.evaluate(reset);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const idle = await inPage<Meter>(page, read);
  await page.evaluate(reset);
  const events = await flood(stand.router.server.state.deps.hub, seconds);
  const { fps, longTasks, delays } = await inPage<Meter>(page, read);
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  return {
    tab: path,
    seconds,
    events,
    idleFps: idle.fps,
    fps,
    longTasks,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    maxMs: at(1),
    seen: sorted.length,
    heapBefore,
    heapAfter: await heapOf(watched),
  };
}

if (import.meta.main) {
  const seconds = Number(Deno.args[0] ?? "60");
  await using stand = await PageStand.open();
  const rounds = [
    await measure(stand, "/", '[aria-labelledby="panel-routing"] tbody', seconds),
    await measure(stand, "/live-test", '[aria-labelledby="panel-calls-now"] .ticker', seconds),
  ];
  console.log(JSON.stringify(rounds));
}
