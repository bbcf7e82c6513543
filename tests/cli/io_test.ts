import assert from "node:assert/strict";
import { writeAll } from "../../cli/io.ts";

const bytes = new TextEncoder().encode("a long text");

Deno.test("writeAll() writes all, however little is taken at a time", () => {
  const taken: number[] = [];
  writeAll({ writeSync: (part) => (taken.push(part[0]!), Math.min(2, part.length)) }, bytes);
  assert.equal(taken.length, 6);
});

Deno.test("writeAll() is silent when the reader has gone, and only then", () => {
  const fails = (error: Error): () => void => () =>
    writeAll({
      writeSync: () => {
        throw error;
      },
    }, bytes);
  assert.doesNotThrow(fails(new Deno.errors.BrokenPipe("gone")));
  assert.throws(fails(new Deno.errors.PermissionDenied("no")), Deno.errors.PermissionDenied);
});
