import assert from "node:assert/strict";
import { join } from "node:path";
import { systemClock } from "../../../core/clock.ts";
import { RouterProcess } from "../../../battle/run/router_process.ts";

/** Says what V8 allows it, and then what a router says when it listens. */
const standIn = `import v8 from "node:v8";
console.error("heap", Math.round(v8.getHeapStatistics().heap_size_limit / 1048576));
console.error("listens on http://127.0.0.1:9");
setInterval(() => {}, 1000);`;

Deno.test("RouterProcess limits the heap of each start by heapMb, and leaves it alone without", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const heapOf = async (heapMb: number | null): Promise<number[]> => {
      await using router = await RouterProcess.start({
        program: () => ({ path: Deno.execPath(), args: ["eval", standIn] }),
        clock: systemClock,
        configFile: join(folder, "router.yaml"),
        logFile: join(folder, "router.log"),
        heapMb,
      });
      await router.kill();
      await router.restart();
      return [...router.stderr.matchAll(/heap (\d+)/g)].map(([, mb]) => Number(mb));
    };
    assert.deepEqual(await heapOf(96), [96, 96]);
    const [own = 0] = await heapOf(null);
    assert.ok(own > 96, `${own} MB`);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
