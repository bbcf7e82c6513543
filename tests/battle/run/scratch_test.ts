import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { Scratch } from "../../../battle/run/scratch.ts";
import { LassoError } from "../../../core/errors.ts";

async function inParent(test: (parent: string) => Promise<void>): Promise<void> {
  const parent = mkdtempSync(join(tmpdir(), "scratch-test-"));
  try {
    await test(parent);
  } finally {
    rmSync(parent, { recursive: true });
  }
}

Deno.test("Scratch removes each folder with its owner, and all at once", () =>
  inParent(async (parent) => {
    const scratch = new Scratch({ parent });
    const kept = await scratch.folder();
    {
      await using gone = await scratch.folder();
      writeFileSync(join(gone.path, "router.log"), "x");
    }
    assert.deepEqual(readdirSync(parent).map((name) => join(parent, name)), [kept.path]);
    scratch.removeAll();
    assert.deepEqual(readdirSync(parent), []);
  }));

Deno.test("Scratch.folder() says where there is no room, and what to do", () =>
  inParent(async (parent) => {
    await assert.rejects(new Scratch({ parent: join(parent, "nope") }).folder(), (thrown) => {
      assert.ok(thrown instanceof LassoError);
      assert.match(
        thrown.message,
        /^temporary files can't be written: ENOENT[^]*at .*nope\n {2}fix: .* TMPDIR$/,
      );
      return thrown.code === "io";
    });
  }));

Deno.test("Scratch.removeOrphans() removes what a killed process left, and nothing else", () =>
  inParent(async (parent) => {
    const scratch = new Scratch({ parent });
    await using mine = await scratch.folder();
    const ended = new Deno.Command(Deno.execPath(), { args: ["--version"], stdout: "null" }).spawn();
    await ended.status;
    const orphan = `lasso-battle-${ended.pid}-aBc123`;
    const others = [`lasso-battle-${process.pid}-aBc123`, "lasso-battle-aBc123", `else-${ended.pid}-aBc123`];
    const busy = `lasso-battle-${ended.pid}-busy99`;
    for (const name of [orphan, busy, ...others]) mkdirSync(join(parent, name));
    writeFileSync(join(parent, orphan, "router.log"), "x");
    const told: string[] = [];
    await scratch.removeOrphans((folders) => {
      told.push(...folders);
      assert.ok(existsSync(join(parent, orphan)));
      return Promise.resolve(folders.filter((path) => path !== join(parent, busy)));
    });
    assert.deepEqual(told.toSorted(), [orphan, busy].map((name) => join(parent, name)).toSorted());
    assert.ok(existsSync(join(parent, busy)), "somebody uses it");
    assert.equal(existsSync(join(parent, orphan)), false);
    for (const name of others) assert.ok(existsSync(join(parent, name)), name);
    assert.ok(existsSync(mine.path));
  }));
