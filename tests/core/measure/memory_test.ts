import assert from "node:assert/strict";

interface Day {
  readonly bytes: readonly number[];
  readonly calls: number;
  readonly told: { readonly cells: number; readonly calls: number; readonly attempts: number };
}

const barBytes = 10 * 1024 * 1024;

Deno.test("a day of a chain's traffic keeps all that is measured on the main thread within 10 MB, and loses nothing", async () => {
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
