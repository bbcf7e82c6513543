// A folder for one test, and what tests do in one: look at its names, run deno in it, have a config file there. Called
// by tests of what reads and writes files.

import assert from "node:assert/strict";
import { join } from "node:path";

/** The folder is gone when `test` has ended. */
export async function inTempDir(test: (dir: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    await test(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** `path` is a lasso.yaml with this text. */
export function withConfigFile(text: string, test: (path: string) => Promise<void>): Promise<void> {
  return inTempDir(async (dir) => {
    const path = join(dir, "lasso.yaml");
    await Deno.writeTextFile(path, text);
    await test(path);
  });
}

/** Sorted. */
export function namesIn(dir: string): string[] {
  return [...Deno.readDirSync(dir)].map(({ name }) => name).toSorted();
}

/** Runs deno and expects it to succeed. */
export async function denoPasses(cwd: string, ...args: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } });
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  assert.equal(code, 0, `deno ${args.join(" ")}\n${text.decode(stdout)}${text.decode(stderr)}`);
}
