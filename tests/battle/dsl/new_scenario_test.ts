import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { battleTypes } from "../../../battle/dsl/battle_types_text.ts";
import { loadScenarios } from "../../../battle/dsl/load_scenarios.ts";
import { newScenario } from "../../../battle/dsl/new_scenario.ts";
import { makePlan } from "../../../battle/plan/make_plan.ts";
import { denoPasses, inTempDir, namesIn } from "../../support/temp_dir.ts";
import { battleTypesText } from "./battle_types_writer.ts";

Deno.test("newScenario() writes a starter that checks, formats, loads and can be planned, with its types", async () => {
  await inTempDir(async (dir) => {
    const target = join(dir, "battles");
    const files = [join(target, "my-failover.ts"), join(target, "lasso-battle.d.ts")];
    assert.deepEqual(await newScenario("my-failover", target), files);
    await denoPasses(target, "fmt", "--check", "--line-width", "110", ...files);
    await denoPasses(target, "lint", ...files);
    await denoPasses(target, "check", ...files);
    const [scenario] = await loadScenarios(files[0]!, new VirtualClock());
    assert.equal(scenario?.name, "my-failover");
    assert.ok(makePlan(scenario).workloads[0]!.calls.length > 2_000);
    assert.deepEqual(
      await newScenario("another", target),
      [join(target, "another.ts")],
      "the types are there",
    );
  });
});

Deno.test("newScenario() never overwrites a file, and writes nothing then", async () => {
  for (const name of ["mine.ts", "lasso-battle.d.ts"]) {
    await inTempDir(async (dir) => {
      await Deno.writeTextFile(join(dir, name), "mine");
      await assert.rejects(
        newScenario("mine", dir),
        /^LassoError: a file is there already and is never overwritten\n {2}at /,
      );
      assert.deepEqual(namesIn(dir), [name]);
      assert.equal(await Deno.readTextFile(join(dir, name)), "mine");
    });
  }
});

Deno.test("newScenario() refuses names that can't be, and folders that can't be written to", async () => {
  for (const name of ["", "../up", "a/b", "a.ts", "-x"]) {
    await assert.rejects(newScenario(name, "."), /can't be a scenario's name\n {2}fix: begin with a letter/);
  }
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "file"), "");
    await assert.rejects(newScenario("x", join(dir, "file", "below")), /can't write there: ENOTDIR/);
  });
});

Deno.test("battleTypes holds the types as they are", async () => {
  assert.equal(
    battleTypes,
    await battleTypesText(),
    "run `deno run -A tests/battle/dsl/battle_types_writer.ts` and commit battle/dsl/battle_types_text.ts",
  );
});

Deno.test("battleTypes is assignable to the real types, and they to it", async () => {
  const dsl = (name: string): string =>
    JSON.stringify(fileURLToPath(new URL(`../../../battle/dsl/${name}.ts`, import.meta.url)));
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "lasso-battle.d.ts"), battleTypes);
    await Deno.writeTextFile(
      join(dir, "both_ways.ts"),
      `import type * as Written from "./lasso-battle.d.ts";
import type { Battle, ScenarioFunction } from ${dsl("battle_types")};
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : never : never;
export const same: [
  Same<Written.Battle, Battle>,
  Same<Written.ScenarioFunction, ScenarioFunction>,
] = [true, true];
`,
    );
    await denoPasses(dir, "check", "both_ways.ts", "lasso-battle.d.ts");
  });
});
