import assert from "node:assert/strict";
import { join } from "node:path";
import type { Battle } from "../../../battle/dsl/battle_types.ts";
import type { Scenario } from "../../../battle/model/scenario.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { collectScenarios, loadScenarios, trafficReader } from "../../../battle/dsl/load_scenarios.ts";
import { inTempDir } from "../../support/temp_dir.ts";

const body = (name: string): string =>
  `({ scenario, sim, http }) => scenario("${name}")
    .chain("ethereum", { providers: { a: sim(), b: sim() } })
    .workload("reads", http({ rate: 10 })).duration("5s").slo("reads", { success_rate: 1 })`;

/** What the error of loading such a file says; DIR stands for its folder. */
async function errorText(text: string | null, file = "bad.js"): Promise<string> {
  let said = "";
  await inTempDir(async (dir) => {
    const path = join(dir, file);
    if (text !== null) await Deno.writeTextFile(path, text);
    await assert.rejects(loadScenarios(path, new VirtualClock()), (thrown) => {
      said = (thrown as Error).message.replaceAll(dir, "DIR");
      return true;
    });
  });
  return said;
}

Deno.test("loadScenarios() loads TypeScript and JavaScript, a function or a list of them", async () => {
  await inTempDir(async (dir) => {
    const [one, list] = [join(dir, "one.ts"), join(dir, "list.js")];
    await Deno.writeTextFile(
      one,
      `const name: string = "typed";\nexport default ${
        body("typed").replace("({", "({").replace("}) =>", "}: any) =>")
      };`,
    );
    await Deno.writeTextFile(list, `export default [${body("first")}, ${body("second")}];`);
    const names = async (path: string): Promise<string[]> =>
      (await loadScenarios(path, new VirtualClock())).map(({ name }) => name);
    assert.deepEqual(await names(one), ["typed"]);
    assert.deepEqual(await names(list), ["first", "second"]);
    await Deno.writeTextFile(list, `export default ${body("changed")};`);
    assert.deepEqual(await names(list), ["changed"], "a changed file is a new module");
  });
});

Deno.test("loadScenarios() names the file and the fix, whatever is wrong with it", async () => {
  const write =
    '\n  at DIR/bad.js\n  fix: write export default ({ scenario, sim, http }: Battle) => scenario("…")';
  assert.equal(
    await errorText(null),
    "the scenario file can't be read: there is no such file\n  at DIR/bad.js\n  fix: name a file that exists; `lasso battle new NAME` writes one",
  );
  assert.equal(await errorText("export const x = 1;"), `the scenario file has no default export${write}`);
  assert.equal(
    await errorText("export default {};"),
    `the default export is an object, not a function${write}`,
  );
  assert.equal(
    await errorText("export default [];"),
    "the default export is an empty list\n  at DIR/bad.js\n  fix: export at least one scenario function",
  );
  assert.equal(
    await errorText("throw new Error('see https://user:pw@host/key');"),
    "the scenario file failed while it was loaded: see https://host/***\n  at DIR/bad.js:1:7\n  fix: correct the file; `deno check` shows type errors",
  );
  assert.equal(
    await errorText('import "./nope.ts";'),
    'the scenario file failed while it was loaded: Module not found "file://DIR/nope.ts".\n  at DIR/bad.js:1:8\n  fix: correct the file; `deno check` shows type errors',
  );
  assert.match(await errorText("export default ("), /^the scenario file failed while it was loaded: .*\n/);
  assert.match(
    await errorText('export default ({ scenario }) => scenario("x").chian("ethereum");'),
    /^the default export failed: .*chian is not a function\n {2}at DIR\/bad\.js:1:48\n {2}fix: correct the file/,
  );
  assert.equal(
    await errorText("export default async () => {};"),
    'a scenario function gave a promise, not a scenario\n  at DIR/bad.js\n  fix: return what scenario("…") and its steps gave; it can\'t be async',
  );
  assert.equal(
    await errorText(`export default ${body("x").replace('"5s"', '"5"')};`),
    'scenario "x": .duration("5"): duration must be a duration above 0: it is "5"\n  at DIR/bad.js\n  fix: write a number with ms, s, m or h, for instance "1.5s"',
  );
});

Deno.test("loadScenarios() tells what is wrong with each function of a list, and names that are taken", async () => {
  const text = await errorText(`export default [7, ${body("x")}, ${body("x")}, () => null];`);
  assert.equal(
    text,
    `item 1 of the default export is 7, not a function
  at DIR/bad.js
  fix: write export default ({ scenario, sim, http }: Battle) => scenario("…")
a scenario function gave null, not a scenario
  at DIR/bad.js
  fix: return what scenario("…") and its steps gave; it can't be async
two scenarios are named "x"
  at DIR/bad.js
  fix: give each a name of its own`,
  );
});

Deno.test("loadScenarios() gives up a file whose top level never ends", async () => {
  await inTempDir(async (dir) => {
    const path = join(dir, "hangs.js");
    const clock = new VirtualClock();
    // With nothing else to do, Deno would find out by itself that the file never ends, and fail the whole module.
    const busy = setInterval(() => {}, 60_000);
    await Deno.writeTextFile(
      path,
      "dispatchEvent(new Event('waits')); await new Promise((resolve) => addEventListener('go-on', resolve));",
    );
    const waits = new Promise((resolve) => addEventListener("waits", resolve, { once: true }));
    const refused = assert.rejects(
      loadScenarios(path, clock),
      /was not loaded within 30 s\n {2}at .*hangs\.js\n/,
    );
    await waits;
    await clock.advance(30_000);
    await refused;
    dispatchEvent(new Event("go-on"));
    await new Promise((resolve) => setTimeout(resolve));
    clearInterval(busy);
  });
});

Deno.test("collectScenarios() takes the default export of a shipped file", () => {
  assert.throws(
    () => collectScenarios(null, "shipped failover"),
    /the default export is null.*\n {2}at shipped failover\n/,
  );
});

Deno.test("trafficReader() reads beside the scenario file", async () => {
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "traffic.jsonl"), "lines");
    const read = trafficReader(join(dir, "my.ts"));
    assert.equal(read("traffic.jsonl"), "lines");
    assert.throws(
      () => read("none.jsonl"),
      /recorded traffic can't be read: there is no such file\n {2}at .*none\.jsonl\n {2}fix: /,
    );
  });
});

Deno.test("collectScenarios() a given seed wins, and draws random() anew unless that has its own", () => {
  const make = (own: { seed: number } | undefined) => ({ scenario, sim, http, random }: Battle) =>
    scenario("storm").seed(3)
      .chain("ethereum", { providers: { a: sim(), b: sim(), c: sim() } })
      .workload("reads", http({ rate: 10 })).duration("120s").slo("reads", { success_rate: 1 })
      .chaos(random({ count: 5, ...own }));
  const built = (seed: number | null, own?: { seed: number }): Scenario =>
    collectScenarios(make(own), "test", seed)[0]!;
  assert.deepEqual([built(null).seed, built(8).seed], [3, 8]);
  assert.deepEqual(built(3).faults, built(null).faults);
  assert.notDeepEqual(built(8).faults, built(null).faults);
  assert.deepEqual(built(8).faults, built(8).faults);
  assert.deepEqual(built(8, { seed: 1 }).faults, built(null, { seed: 1 }).faults);
});
