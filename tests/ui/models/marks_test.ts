import { deepStrictEqual, strictEqual } from "node:assert/strict";
import {
  groupedMarks,
  type Mark,
  type MarkKind,
  marksFor,
  marksOf,
  markTopics,
} from "../../../ui/models/marks.ts";

const at = (second: number): string => new Date(second * 1000).toISOString();

function mark(kind: MarkKind, seconds: number, place: Partial<Mark> = {}): Mark {
  return { at: seconds * 1000, kind, text: kind, chain: null, provider: null, ...place };
}

Deno.test("marksOf() makes marks of what changed, oldest first, and none of the rest", () => {
  const none = { chain: null, provider: null };
  const marks = marksOf([
    { at: at(5), topic: "mark", event: "mark", fields: { label: "deploy 7" }, ...none },
    {
      ...{ at: at(4), topic: "breaker", event: "breaker", chain: "base", provider: "a" },
      fields: { transport: "ws", state: "open", why: "5 failures" },
    },
    {
      at: at(3),
      topic: "stream",
      event: "stream.reorg",
      chain: "base",
      provider: null,
      fields: { depth: 1 },
    },
    {
      at: at(2),
      topic: "config",
      event: "config.reload",
      fields: { result: "ok", message: "2 chains" },
      ...none,
    },
  ]);
  deepStrictEqual(marks, [
    { at: 2_000, kind: "config", text: "Config: 2 chains", ...none },
    {
      at: 4_000,
      kind: "breaker",
      text: "a ws breaker open: 5 failures (base)",
      chain: "base",
      provider: "a",
    },
    { at: 5_000, kind: "deploy", text: "deploy 7", ...none },
  ]);
});

Deno.test("markTopics names topics of /api/events", () => {
  strictEqual(markTopics, "chaos,breaker,config,mark,alert");
});

Deno.test("marksFor() leaves out other chains' and providers' marks, and keeps what concerns all", () => {
  const marks = [
    mark("deploy", 1),
    mark("fault", 2, { chain: "base", provider: "a" }),
    mark("fault", 3, { chain: "base", provider: "b" }),
    mark("breaker", 4, { chain: "ethereum", provider: "a" }),
  ];
  const seconds = (where: Parameters<typeof marksFor>[1]): number[] =>
    marksFor(marks, where).map((one) => one.at / 1000);
  deepStrictEqual(seconds({}), [1, 2, 3, 4]);
  deepStrictEqual(seconds({ chain: null }), [1, 2, 3, 4]);
  deepStrictEqual(seconds({ chain: "base" }), [1, 2, 3]);
  deepStrictEqual(seconds({ chain: "base", provider: "a" }), [1, 2]);
});

Deno.test("groupedMarks() joins marks of a kind that are too near to tell apart", () => {
  const marks = [mark("breaker", 1), mark("fault", 2), mark("breaker", 5), mark("breaker", 12)];
  const groups = groupedMarks(marks, (ms) => ms / 1000, 9);
  deepStrictEqual(groups.map(({ x, marks: { length }, marks: [{ kind }] }) => [kind, x, length]), [
    ["breaker", 1, 2],
    ["fault", 2, 1],
    ["breaker", 12, 1],
  ]);
});
