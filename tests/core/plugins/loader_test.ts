import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LoadedPlugins, loadPlugins } from "../../../core/plugins/loader.ts";
import { VirtualClock } from "../../../core/virtual_clock.ts";
import { builtinStrategies } from "../../../strategies/mod.ts";
import { call, candidates, deps, providers, stats, view } from "../../strategies/candidates.ts";

type Loaded = Extract<LoadedPlugins, { ok: true }>;

async function withFiles(
  files: Readonly<Record<string, string>>,
  run: (path: (name: string) => string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const path = (name: string): string => join(dir, name);
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(path(name), text);
    await run(path);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

const good = (id: string, summary = "Keeps the order."): string =>
  `export default {
  kind: "strategy", id: "${id}", summary: "${summary}",
  parse(raw: unknown) { return { raw }; },
  create() { return { cadence: "cached", rank(): void {} }; },
};`;

const entry = (path: string, options?: unknown): { path: string; options: unknown; place: string } => ({
  path,
  options,
  place: "lasso.yaml:3:5",
});

function loaded(result: LoadedPlugins): Loaded {
  assert.ok(result.ok, JSON.stringify(result));
  return result;
}

/** `place | message | hint`, with the folder taken out. */
function problems(result: LoadedPlugins, path: (name: string) => string): string[] {
  assert.ok(!result.ok, "problems were expected");
  return result.problems.map(({ place, message, hint }) =>
    `${place} | ${message} | ${hint}`.replaceAll(path(""), "DIR")
  );
}

Deno.test("loadPlugins() loads the built-ins without any problem", async () => {
  const { registry, options } = loaded(await loadPlugins(builtinStrategies, []));
  assert.deepEqual(registry.strategyIds.toSorted(), [
    "cheapest",
    "fastest",
    "latency_weighted",
    "leaderboard",
    "load_balanced",
    "priority",
    "round_robin",
  ]);
  assert.ok(options.has(registry.strategy("fastest")!));
});

Deno.test("loadPlugins() loads the example from disk, with its options", async () => {
  const path = fileURLToPath(new URL("../../../examples/strategies/sticky.ts", import.meta.url));
  const { registry, options } = loaded(
    await loadPlugins(builtinStrategies, [entry(path, { max_lag_blocks: 7 })]),
  );
  const plugin = registry.strategy("sticky")!;
  assert.deepEqual(options.get(plugin), { maxLagBlocks: 7 });
  const list = candidates(3);
  plugin.create(options.get(plugin), deps()).rank(list, call, view({ latency: { c2: stats(5) } }));
  assert.deepEqual(providers(list), ["c2", "c0", "c1"]);
});

Deno.test("loadPlugins() takes a file that exports a list, with options by plugin id", async () => {
  const both = `${good("one").replace("export default", "const one =")}
${good("two").replace("export default", "const two =")}
export default [one, two];`;
  await withFiles({ "both.ts": both }, async (path) => {
    const { registry, options } = loaded(
      await loadPlugins([], [entry(path("both.ts"), { two: { table: "eu" } })]),
    );
    assert.deepEqual(registry.strategyIds, ["one", "two"]);
    assert.deepEqual(options.get(registry.strategy("one")!), { raw: undefined });
    assert.deepEqual(options.get(registry.strategy("two")!), { raw: { table: "eu" } });
    assert.deepEqual(
      problems(await loadPlugins([], [entry(path("both.ts"), { three: {} })]), path),
      ['lasso.yaml:3:5 | options.three: the file exports no plugin "three" | use one of one, two'],
    );
  });
});

Deno.test("loadPlugins() gives the same plugin for an unchanged file and a new one for a changed file", async () => {
  await withFiles({ "one.ts": good("one", "First version.") }, async (path) => {
    const load = async (): Promise<unknown> =>
      loaded(await loadPlugins([], [entry(path("one.ts"))])).registry.strategy("one");
    const first = await load();
    assert.equal(await load(), first);
    await Deno.writeTextFile(path("one.ts"), good("one", "Second version."));
    const second = await load() as { summary: string };
    assert.equal(second.summary, "Second version.");
  });
});

Deno.test("loadPlugins() reports every problem at once, each with its place and a fix", async () => {
  await withFiles({
    "throws.ts": `throw new Error("no table at https://tables.test/eu?key=SECRET");`,
    "syntax.ts": `export default {`,
    "nothing.ts": `export const strategy = 1;`,
    "number.ts": `export default 42;`,
    "half.ts": `export default { kind: "strategie", id: "Half", summary: " ", parse: 1 };`,
    "picky.ts": good("picky").replace("return { raw }", `throw new Error("options.speed: unknown key")`),
    "slow.ts": good("slow").replace("parse(", "async parse("),
    "fastest.ts": good("fastest"),
    "provider.ts": good("provider"),
    "getter.ts": `export default { get kind() { throw new Error("no kind today"); } };`,
    "wire.ts":
      `export default { kind: "transport", id: "wire", summary: "A wire.", parse() {}, create() {} };`,
    "empty.ts": `export default [];`,
    "weird.ts": good("weird").replace("return { raw }", "throw Object.create(null)"),
  }, async (path) => {
    const names = [
      "absent.ts",
      "throws.ts",
      "nothing.ts",
      "number.ts",
      "half.ts",
      "picky.ts",
      "slow.ts",
      "fastest.ts",
      "provider.ts",
      "getter.ts",
      "wire.ts",
      "empty.ts",
      "weird.ts",
    ];
    const result = await loadPlugins(builtinStrategies, names.map((name) => entry(path(name))));
    assert.deepEqual(
      problems(result, path),
      [
        "plugin file DIR/absent.ts can't be read: there is no such file" +
        " | name a file that exists; a relative path starts at the config file",
        "plugin file DIR/throws.ts failed while it was loaded: no table at https://tables.test/***" +
        " | correct the file; `deno check` shows type errors, `deno test` runs its tests",
        "plugin file DIR/nothing.ts has no default export" +
        " | write `export default { kind, id, summary, parse, create } satisfies StrategyPlugin`",
        "default export is a number, not a plugin" +
        " | export an object { kind, id, summary, parse, create }, or a list of them",
        'plugin "Half": kind is "strategie" | set kind to "strategy" or "transport"',
        'plugin "Half": id is "Half"' +
        " | start with a small letter, go on with small letters, digits and _, for instance `sticky`",
        'plugin "Half": summary is " " | say in one sentence what it does',
        'plugin "Half": parse is a number | make parse a function',
        'plugin "Half": create is missing | make create a function',
        'strategy "picky" refused its options: options.speed: unknown key' +
        " | correct `options` where the config names the plugin",
        'strategy "slow": parse returned a promise | parse must be synchronous',
        'strategy id "fastest" is taken already by a built-in one | give one of the two another id',
        'strategy id "provider" is reserved: /rpc/provider/… has a meaning of its own' +
        " | give the strategy another id",
        "default export can't be read: no kind today | export a plain object without getters that throw",
        'plugin "wire": protocol is missing | set protocol to "http" or "ws"',
        "default export is an empty list | export at least one plugin",
        'strategy "weird" refused its options: a value without a text' +
        " | correct `options` where the config names the plugin",
      ].map((text) => `lasso.yaml:3:5 | ${text}`),
    );

    const [syntax] = problems(await loadPlugins([], [entry(path("syntax.ts"))]), path);
    assert.match(syntax!, /syntax\.ts failed while it was loaded: .*syntax\.ts:1/s);
    assert.doesNotMatch(syntax!, /\?v=/);
  });
});

Deno.test("loadPlugins() holds built-ins to the same checks", async () => {
  const [first] = builtinStrategies;
  const result = await loadPlugins([first, { ...first, summary: "" }, first, null], []);
  assert.deepEqual(problems(result, () => "/no/"), [
    'built-in "fastest" | plugin "fastest": summary is "" | say in one sentence what it does',
    'built-in "fastest" | strategy id "fastest" is taken already by a built-in one | give one of the two another id',
    "built-in 3 | default export is null, not a plugin" +
    " | export an object { kind, id, summary, parse, create }, or a list of them",
  ]);
});

Deno.test("loadPlugins() gives up a file whose top level waits for what never comes, and tells the others' faults", async () => {
  const files = {
    "waits.ts": `globalThis.dispatchEvent(new Event("lasso-test-waits"));
await new Promise((resolve) => globalThis.addEventListener("lasso-test-enough", resolve, { once: true }));\n${
      good("waits")
    }`,
    "throws.ts": 'globalThis.dispatchEvent(new Event("lasso-test-throws"));\nthrow new Error("boom");',
  };
  await withFiles(files, async (path) => {
    const clock = new VirtualClock();
    const heard = (name: string): Promise<unknown> =>
      new Promise((resolve) => globalThis.addEventListener(name, resolve, { once: true }));
    const bothRun = Promise.all([heard("lasso-test-waits"), heard("lasso-test-throws")]);
    // With nothing else to do, Deno would find out by itself that the file never ends, and fail the whole module.
    const busy = setInterval(() => {}, 60_000);
    const result = loadPlugins([], [entry(path("waits.ts")), entry(path("throws.ts"))], clock);
    await bothRun;
    // The import that failed is told some turns of the loop after the file threw.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
    await clock.advance(30_000);
    assert.deepEqual(problems(await result, path), [
      "lasso.yaml:3:5 | plugin file DIR/waits.ts was not loaded within 30 s | " +
      "keep its top level free of waiting: connect in `create`, or with the first call",
      "lasso.yaml:3:5 | plugin file DIR/throws.ts failed while it was loaded: boom | " +
      "correct the file; `deno check` shows type errors, `deno test` runs its tests",
    ]);
    globalThis.dispatchEvent(new Event("lasso-test-enough")); // The runner wants no module left unfinished.
    await new Promise((resolve) => setTimeout(resolve));
    clearInterval(busy);
  });
});
