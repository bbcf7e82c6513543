// A process that is driven by JSON lines, both ends: with a small program instead of a part of a run.

import assert from "node:assert/strict";
import { align } from "../../../battle/run/clocks.ts";
import { Part } from "../../../battle/run/part.ts";
import { systemClock } from "../../../core/clock.ts";

const entry = new URL("../../../battle/run/part_entry.ts", import.meta.url).href;
const program = `
import process from "node:process";
import { servePart } from ${JSON.stringify(entry)};
console.error("it has begun");
await servePart({
  double: (n) => n * 2,
  count: (n, { piece, event }) => { for (let k = 0; k < n; k++) piece(k); event("counted", n); return "done"; },
  fail: () => { throw new Error("no luck"); },
  die: () => { console.error("goodbye"); Deno.exit(7); },
}, { input: process.stdin, write: (line) => void process.stdout.write(line) }, () => performance.now());
console.error("in order");
`;

function part(onEvent?: (event: string, data: unknown) => void): Part {
  return new Part({
    name: "the part",
    command: { path: Deno.execPath(), args: ["run", "--quiet", "--no-check", "--allow-all", toUrl(program)] },
    clock: systemClock,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

function toUrl(source: string): string {
  return `data:application/typescript;base64,${btoa(source)}`;
}

Deno.test("Part.ask() gives replies, pieces in order, events and errors", async () => {
  const events: unknown[] = [];
  await using driven = part((event, data) => events.push([event, data]));
  assert.equal(await driven.ask("double", 21), 42);
  const pieces: unknown[] = [];
  assert.equal(await driven.ask("count", 3, (piece) => pieces.push(piece)), "done");
  assert.deepEqual([pieces, events], [[0, 1, 2], [["counted", 3]]]);
  await assert.rejects(driven.ask("fail"), /the part: no luck/);
  await assert.rejects(driven.ask("sing"), /the part: there is no command sing/);
  await assert.rejects(
    driven.ask("count", 1, () => {
      throw new Error("what is this?");
    }),
    /the part gave what can't be read: what is this\?/,
  );
});

Deno.test("Part.ask() fails with what the process said when it dies, and everything after it too", async () => {
  await using driven = part();
  await assert.rejects(driven.ask("die"), /the part ended with exit code 7; it said:\n[^]*goodbye/);
  await assert.rejects(driven.ask("double", 1), /exit code 7/);
});

Deno.test("Part ends in order when it is disposed", async () => {
  const driven = part();
  await driven.ask("double", 1);
  await driven[Symbol.asyncDispose]();
  assert.deepEqual([driven.child.end?.code, driven.child.end?.signal], [0, null]);
  assert.match(driven.child.stderr, /in order$/);
});

Deno.test("align() knows by how much it may be wrong", async () => {
  await using driven = part();
  const { offsetMs, errorMs } = await align(systemClock, () => driven.ask<number>("ping"));
  assert.ok(errorMs >= 0 && errorMs < 1_000);
  const [before, theirs, after] = [systemClock.now(), await driven.ask<number>("ping"), systemClock.now()];
  const ours = theirs - offsetMs;
  assert.ok(ours >= before - errorMs && ours <= after + errorMs, `${before} ${ours} ${after}`);
});
