import assert from "node:assert/strict";
import { cacheBytes } from "../../../core/measure/history/database.ts";
import { memoryLimits } from "../../../core/measure/history/levels.ts";

interface Day {
  readonly bytes: readonly number[];
  readonly calls: number;
  readonly told: { readonly cells: number; readonly calls: number; readonly attempts: number };
}

/** History takes some 5 MB beside it where it has no file: together 10 MB a chain. */
const barBytes = 5_000_000;

Deno.test("a day of a chain's traffic keeps all that is measured on the main thread within 5 MB, and loses nothing", async () => {
  const script = new URL("./day_of_traffic.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-env", "--v8-flags=--expose-gc", script],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  assert.ok(success, text.decode(stderr));
  const { bytes, calls, told }: Day = JSON.parse(text.decode(stdout));
  assert.equal(bytes.length, 24);
  assert.ok(Math.max(...bytes) <= barBytes, `bytes after each hour: ${bytes}`);
  assert.deepEqual([told.calls, told.attempts], [calls, calls]);
});

Deno.test("memoryLimits and cacheBytes leave room for what the main thread measures: 10 MB a chain in all", () => {
  // The worker's objects beside its pages, as bench P11 measures them, and some more.
  const inFile = 1_500_000 + cacheBytes;
  const inMemory = 1_000_000 + (memoryLimits.bytesPerChain?.all ?? Infinity);
  for (const bytes of [inFile, inMemory]) assert.ok(barBytes + bytes <= 10_000_000, `${bytes} bytes`);
});
