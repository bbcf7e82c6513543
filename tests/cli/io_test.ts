import assert from "node:assert/strict";
import { writeErr, writeOut } from "../../cli/io.ts";
import { LassoError } from "../../core/errors.ts";

const bytes = new TextEncoder().encode("a line\n");

function failing(thrown: Error): { writeSync(): number } {
  return {
    writeSync: () => {
      throw thrown;
    },
  };
}

Deno.test("writeOut() goes on after a part, and until all is written", () => {
  let text = "";
  writeOut({ writeSync: (rest) => ((text += String.fromCharCode(rest[0]!)), 1) }, bytes);
  assert.equal(text, "a line\n");
});

Deno.test("writeOut() takes a reader that has gone for no error", () => {
  writeOut(failing(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")), bytes);
});

Deno.test("writeOut() tells of a full disk in a LassoError", () => {
  assert.throws(
    () => writeOut(failing(new Error("No space left on device (os error 28)")), bytes),
    (thrown) => {
      assert.ok(thrown instanceof LassoError && thrown.code === "io");
      assert.equal(thrown.summary, "stdout can't be written: No space left on device (os error 28)");
      return true;
    },
  );
});

Deno.test("writeErr() loses what it can't write: nobody is left to tell", () => {
  writeErr(failing(new Deno.errors.BrokenPipe("Broken pipe (os error 32)")), bytes);
  writeErr(failing(new Error("No space left on device (os error 28)")), bytes);
});

Deno.test("lasso schema into a full disk is one sentence and exit 1, never a stack trace", async () => {
  const lasso = new Deno.Command("sh", {
    args: ["-c", `exec "$0" run --no-check --no-prompt -A main.ts schema > /dev/full`, Deno.execPath()],
    cwd: new URL("../../", import.meta.url).pathname,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { code, stderr } = await lasso.output();
  assert.equal(code, 1);
  assert.match(
    new TextDecoder().decode(stderr),
    /^lasso: stdout can't be written: No space left .*\n {2}fix: free some space, or send the output elsewhere\n$/,
  );
});
