// What a killed run leaves: a part that is stopped or loops does not see that its stdin has ended. The next run ends it,
// and nothing that is not surely such a part.

import assert from "node:assert/strict";
import { Child } from "../../../battle/run/child.ts";
import { killOrphans, type ListedProcess, orphansOf, parseProcesses } from "../../../battle/run/orphans.ts";
import { type Program, programOf } from "../../../battle/run/program.ts";
import { systemClock } from "../../../core/clock.ts";
import { until } from "../../support/until.ts";

const program = programOf({ execPath: "/bin/deno", mainModule: "file:///x/lasso.js", standalone: false });
const folder = "/tmp/lasso-battle-77-aBc123";

function line(role: "router" | "generator", ...args: string[]): string {
  const { path, args: all } = program(role, args);
  return [path, ...all].join(" ");
}

Deno.test("orphansOf() takes parts of these runs that no run has any more, and nothing else", () => {
  const lines: readonly (readonly [ListedProcess["parent"], string])[] = [
    [1, line("router", "--config", `${folder}/router.yaml`, "--host", "127.0.0.2")],
    [1, line("generator", folder)],
    // Of another run, of a folder whose name only begins so, of a run that still has it.
    [1, line("generator", "/tmp/lasso-battle-78-aBc123")],
    [1, line("generator", `${folder}4`)],
    [106, line("generator", folder)],
    [1, line("router")],
    [50, "/bin/deno run lasso.js battle mine.ts"],
    // Somebody else's.
    [1, `tail -f ${folder}/router.log`],
    [1, `grep ${line("generator", folder)}`],
    [1, `/opt/other ${line("generator", folder).slice("/bin/deno ".length)}`],
  ];
  const listed = lines.map(([parent, command], nth) => ({ pid: 100 + nth, parent, command }));
  const unused = "/tmp/lasso-battle-9-zzzzzz";
  const one = "/tmp/lasso-battle-78-aBc123";
  assert.deepEqual(orphansOf([folder, unused], listed, program), { pids: [100, 101], free: [unused] });
  assert.deepEqual(orphansOf([one], listed, program), { pids: [102], free: [one] });
  assert.deepEqual(orphansOf([], listed, program), { pids: [], free: [] });
});

Deno.test("parseProcesses() reads lines of ps", () => {
  assert.deepEqual(parseProcesses("    1     0 /sbin/init\n 4711  23 sh -c  a b\n\n"), [
    { pid: 1, parent: 0, command: "/sbin/init" },
    { pid: 4711, parent: 23, command: "sh -c  a b" },
  ]);
});

Deno.test("killOrphans() ends a stopped part of a killed run, with what it started", async () => {
  const script = "sleep 1000 & echo $$ $!; wait";
  const shell: Program = (role, args = []) => ({ path: "/bin/sh", args: ["-c", script, role, ...args] });
  const { path, args } = shell("router", ["--config", `${folder}/router.yaml`]);
  const heard: string[] = [];
  // Its parent is no run, as init is none; like every part it leads a group of its own.
  await using parent = new Child({
    name: "the parent",
    command: { path: "sh", args: ["-c", 'setsid "$@" & wait', "sh", path, ...args] },
    clock: systemClock,
    onLine: (text) => heard.push(text),
  });
  const pids = (await until("it has started another", () => heard[0])).split(" ").map(Number);
  Deno.kill(pids[0]!, "SIGSTOP");
  const other = "/tmp/lasso-battle-78-aBc123";
  assert.deepEqual(await killOrphans([other], shell), [other]);
  for (const pid of pids) assert.ok(isThere(pid));
  // The parent names it too, and is left alone.
  assert.deepEqual(await killOrphans([folder], shell), []);
  await parent.ended;
  for (const pid of pids) await until(`${pid} is gone`, () => !isThere(pid));
});

function isThere(pid: number): boolean {
  return new Deno.Command("kill", { args: ["-0", String(pid)], stderr: "null" }).outputSync().success;
}
