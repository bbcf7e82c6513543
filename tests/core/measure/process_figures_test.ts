import assert from "node:assert/strict";
import { processCpuMs, processMemory } from "../../../core/measure/process_figures.ts";

Deno.test("processMemory() tells bytes of this process", () => {
  const memory = processMemory();
  assert.deepEqual(Object.keys(memory), ["rss", "heap_used", "heap_total", "external"]);
  assert.ok(memory["rss"]! > 1_000_000 && memory["heap_used"]! > 100_000);
});

Deno.test("processCpuMs() grows with work", () => {
  const before = processCpuMs();
  let sum = 0;
  while (processCpuMs() - before < 5) for (let i = 0; i < 100_000; i++) sum += Math.sqrt(i);
  assert.ok(before > 0 && sum > 0);
});
