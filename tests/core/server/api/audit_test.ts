// What the audit log keeps of callers that poll: a row a minute, and how many calls it stands for.

import assert from "node:assert/strict";
import type { HistoryEvent, HistorySink } from "../../../../core/measure/history/model.ts";
import { type AdminCall, Audit } from "../../../../core/server/api/audit.ts";
import { VirtualClock } from "../../../../core/virtual_clock.ts";

/** A wall that is moved by hand, also back. */
class Wall extends VirtualClock {
  at = 1_800_000_000_000;
  override wallNow(): number {
    return this.at;
  }
}

function stand(): { clock: Wall; rows: HistoryEvent[]; read: (change?: Partial<AdminCall>) => void } {
  const clock = new Wall();
  const rows: HistoryEvent[] = [];
  const sink = { event: (row: HistoryEvent) => void rows.push(row) } as unknown as HistorySink;
  const audit = new Audit(sink, clock);
  const usual: AdminCall = {
    method: "GET",
    path: "/api/admin/audit",
    caller: { by: "token", from: "10.0.0.0/24" },
    status: 200,
    query: {},
    body: undefined,
  };
  return { clock, rows, read: (change = {}) => audit.write({ ...usual, ...change }) };
}

Deno.test("write() makes a row a minute of what one caller reads again, with the number of calls", () => {
  const { clock, rows, read } = stand();
  for (let second = 0; second <= 180; second++) {
    read();
    clock.at += 1_000;
  }
  assert.deepEqual(rows.map(({ fields }) => fields.reads ?? 1), [1, 60, 60, 60]);
});

Deno.test("write() tells what was counted with the next call of anybody", () => {
  const { clock, rows, read } = stand();
  read();
  clock.at += 1_000;
  read();
  const lastRead = clock.wallNow();
  clock.at += 120_000;
  read({ method: "POST", path: "/api/admin/reload" });
  assert.deepEqual(rows.map(({ event, fields }) => [event, fields.reads ?? 1]), [
    ["GET /api/admin/audit", 1],
    ["POST /api/admin/reload", 1],
    ["GET /api/admin/audit", 1],
  ]);
  assert.equal(rows.at(-1)?.at, lastRead);
});

Deno.test("write() keeps apart callers, paths, changes and what went wrong", () => {
  const { rows, read } = stand();
  const others: readonly Partial<AdminCall>[] = [
    {},
    { caller: { by: "token", from: "10.0.1.0/24" } },
    { path: "/api/admin/dead-letters" },
    { method: "POST", path: "/api/admin/reload" },
    { method: "POST", path: "/api/admin/reload" },
    { status: 400 },
    { status: 400 },
  ];
  for (const change of others) read(change);
  assert.equal(rows.length, others.length);
});

Deno.test("write() counts for a bounded number of readers, and loses none of their calls", () => {
  const { clock, rows, read } = stand();
  for (let round = 0; round < 2; round++) {
    for (let k = 0; k < 200; k++) read({ caller: { by: "token", from: `10.0.${k}.0/24` } });
  }
  clock.at += 60_000;
  read({ method: "POST" });
  const calls = rows.reduce((sum, { fields }) => sum + Number(fields.reads ?? 1), 0);
  assert.equal(calls, 401);
});

Deno.test("write() ends the minute when the clock is set back", () => {
  const { clock, rows, read } = stand();
  read();
  clock.at -= 3_600_000;
  read();
  assert.equal(rows.length, 2);
});
