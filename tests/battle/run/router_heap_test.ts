// Memory pressure at the process: what the router's heap and resident size are before, during and after, what V8 collects
// meanwhile, and that a process which needs more than it is left really ends.

import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../core/clock.ts";
import type { HeapRange } from "../../../battle/run/heap_ballast.ts";
import { RouterProcess } from "../../../battle/run/router_process.ts";
import { until } from "../../support/until.ts";
import { program } from "./support.ts";

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const files = (folder: string): { readonly configFile: string; readonly logFile: string } => ({
  configFile: join(folder, "router.yaml"),
  logFile: join(folder, "router.log"),
});

const oneProvider = JSON.stringify({
  chains: { ethereum: { chain_id: 1, providers: [{ id: "a", url: "http://127.0.0.1:9" }] } },
});

async function memoryOf(router: RouterProcess): Promise<Readonly<Record<string, number>>> {
  const metrics = await (await fetch(`${router.url}/metrics`)).text();
  const found = [...metrics.matchAll(/^lasso_memory_bytes\{kind="(\w+)"\} (\d+)/gm)];
  return Object.fromEntries(found.map(([, kind, bytes]) => [kind, Number(bytes) / 1_048_576]));
}

Deno.test("RouterProcess.leaveHeap() fills the router's heap at its time, not before, and frees it at the end", () =>
  inFolder(async (folder) => {
    Deno.writeTextFileSync(files(folder).configFile, oneProvider);
    await using router = await RouterProcess.start({
      ...files(folder),
      program,
      clock: systemClock,
      heap: { leastMb: 96, mostMb: 96 },
    });
    const before = await memoryOf(router);
    assert.ok(before.heap_used! < 96, `${before.heap_used} MB before`);
    assert.equal(router.ballastMb, 0);
    await router.leaveHeap(96);
    assert.equal(router.ballastMb, 128);
    const during = await memoryOf(router);
    assert.ok(during.heap_used! > 128, `${during.heap_used} MB of heap`);
    // It is no promise of memory: the pages are there.
    assert.ok(during.rss! > 128, `${during.rss} MB resident`);
    await router.leaveHeap(null);
    assert.equal(router.ballastMb, 0);
    const after = await until("the heap is free again", async () => {
      const memory = await memoryOf(router);
      return memory.heap_used! < 96 && memory;
    });
    assert.ok(after.heap_total! < 128, `${after.heap_total} MB of heap after`);
    await router.kill();
    await router.restart();
    assert.ok((await memoryOf(router)).heap_used! < 96, "a new process begins without");
  }));

function moduleAt(path: string): string {
  return JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);
}

/** Takes commands as the router does; keeps as many MB as it is asked to by HTTP, and tells V8's limit. */
const hungry = `
import process from "node:process";
import v8 from "node:v8";
import { serveBallast } from ${moduleAt("battle/run/heap_ballast.ts")};
import { systemClock } from ${moduleAt("core/clock.ts")};
const kept = [];
const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: ({ port }) =>
  console.error("heap " + Math.round(v8.getHeapStatistics().heap_size_limit / 1048576) +
    "\\nlistens on http://127.0.0.1:" + port) }, (request) => {
  const mb = Number(new URL(request.url).pathname.slice(1));
  kept.length = 0;
  for (let k = 0; k < mb; k++) kept.push(Array.from({ length: 131072 }, (_, n) => n + k + 0.5));
  return new Response("kept");
});
await serveBallast(process.stdin, (line) => process.stderr.write(line), systemClock);
Deno.exit(0);`;

async function withHungry(
  heap: HeapRange | null,
  test: (router: RouterProcess) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = join(folder, "hungry.js");
    Deno.writeTextFileSync(file, hungry);
    await using router = await RouterProcess.start({
      ...files(folder),
      program: () => ({
        path: Deno.execPath(),
        args: ["run", "--no-check", "--no-config", "--allow-all", file],
      }),
      clock: systemClock,
      heap,
    });
    await test(router);
  });
}

const keep = async (router: RouterProcess, mb: number): Promise<string> =>
  await (await fetch(`${router.url}/${mb}`)).text();

Deno.test("RouterProcess.leaveHeap() lets a process have what is within the figure, before and after also what is beyond", () =>
  withHungry({ leastMb: 96, mostMb: 128 }, async (router) => {
    assert.equal(await keep(router, 120), "kept");
    await keep(router, 0);
    await router.leaveHeap(128);
    assert.equal(router.ballastMb, 128);
    await router.leaveHeap(96);
    assert.equal(router.ballastMb, 160);
    assert.equal(await keep(router, 40), "kept");
    await keep(router, 0);
    await router.leaveHeap(null);
    assert.equal(await keep(router, 120), "kept");
  }));

Deno.test("RouterProcess.leaveHeap() ends a process that needs more, as V8 does, and that is a crash", () =>
  withHungry({ leastMb: 96, mostMb: 96 }, async (router) => {
    await router.leaveHeap(96);
    await assert.rejects(keep(router, 120));
    assert.match(
      await router.crashed,
      /memory pressure: 128 MB of ballast leave a heap of 96 MB[^]*out of memory/,
    );
  }));

Deno.test("RouterProcess has V8's own limit without such a fault, and can't be asked", () =>
  withHungry(null, async (router) => {
    assert.ok(Number(/heap (\d+)/.exec(router.stderr)?.[1]) > 224, router.stderr);
    await router.leaveHeap(96);
    assert.equal(router.ballastMb, 0);
  }));
