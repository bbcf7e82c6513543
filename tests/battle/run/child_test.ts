// What a run starts, as processes: their ends are told, and none of them stays, however the run itself comes to its end.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Child, endText, killChildren } from "../../../battle/run/child.ts";
import { systemClock } from "../../../core/clock.ts";
import { inTempDir } from "../../support/temp_dir.ts";
import { until } from "../../support/until.ts";

const moduleAt = (path: string): string => JSON.stringify(new URL(`../../../${path}`, import.meta.url).href);

/** Hears neither SIGTERM nor that its stdin ends, and starts another one like it. */
const deaf = `trap "" TERM INT; sh -c 'trap "" TERM INT; echo $$; while :; do sleep 1; done' & wait`;

function isThere(pid: number): boolean {
  return new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).outputSync().success;
}

Deno.test("killChildren() ends what hears nothing, with what it started", async () => {
  const heard: string[] = [];
  const child = new Child({
    name: "the deaf one",
    command: { path: "sh", args: ["-c", deaf] },
    clock: systemClock,
    onLine: (line) => heard.push(line),
  });
  const inner = Number(await until("it has started another", () => heard[0]));
  child.signal("SIGSTOP");
  killChildren();
  assert.equal((await child.ended).signal, "SIGKILL");
  await until("the inner one is gone", () => !isThere(inner));
  assert.match(endText(child), /^the deaf one was ended by SIGKILL/);
});

Deno.test("Child: a process that exits leaves none, though they are stopped or busy", () =>
  inTempDir(async (dir) => {
    const file = join(dir, "parent.ts");
    await Deno.writeTextFile(
      file,
      `import { Child } from ${moduleAt("battle/run/child.ts")};
import { systemClock } from ${moduleAt("core/clock.ts")};
const made = ["stopped", "busy"].map((name) => new Child({
  name,
  command: { path: "sh", args: ["-c", 'trap "" TERM; echo $$; while :; do :; done'] },
  clock: systemClock,
  onLine: (line) => {
    console.log(line);
    if (name === "stopped") made[0].signal("SIGSTOP");
    if (++heard === 2) Deno.exit(130);
  },
}));
let heard = 0;
`,
    );
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-config", "--allow-all", file],
      stdin: "null",
      stderr: "inherit",
    }).output();
    const pids = new TextDecoder().decode(stdout).trim().split("\n").map(Number);
    assert.deepEqual([code, pids.length], [130, 2]);
    for (const pid of pids) await until(`${pid} is gone`, () => !isThere(pid));
  }));

Deno.test("endText() leaves out what says nothing to anybody: addresses within the runtime", () => {
  const stderr = "# Fatal JavaScript out of memory\n==== C stack trace ====\n   deno(+0x28b0d2e) [0x55a5]";
  const text = endText({ name: "the router", end: { code: null, signal: "SIGTRAP" }, stderr });
  assert.equal(text, "the router was ended by SIGTRAP; it said:\n# Fatal JavaScript out of memory");
});
