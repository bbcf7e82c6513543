import assert from "node:assert/strict";
import { findConfig } from "../../config/find.ts";
import { loadConfigFile } from "../../config/load.ts";
import { formatProblems } from "../../config/problems.ts";
import { goodChain, known } from "./load_support.ts";

Deno.test("loadConfigFile() says so when there is no such file", () => {
  const loaded = loadConfigFile("/nowhere/lasso.yaml", () => undefined, known);
  assert.ok(!loaded.ok);
  assert.equal(formatProblems(loaded.problems), "/nowhere/lasso.yaml:1:1  there is no such file");
});

Deno.test("loadConfigFile() reads from disk, paths relative to the file", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/lasso.yaml`, `plugins: [./p.ts]\n${goodChain}`);
    await Deno.writeTextFile(`${folder}/p.ts`, "");
    const loaded = loadConfigFile(`${folder}/lasso.yaml`, () => undefined, known);
    assert.ok(loaded.ok);
    assert.equal(loaded.settings.plugins[0]?.path, `${folder}/p.ts`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("findConfig() takes the named file, else lasso.yaml, else lasso.yml", () => {
  assert.equal(findConfig("x.yaml", () => false), "x.yaml");
  assert.equal(findConfig(undefined, () => true), "lasso.yaml");
  assert.equal(findConfig(undefined, (path) => path === "lasso.yml"), "lasso.yml");
  assert.equal(findConfig(undefined, () => false), undefined);
});
