import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CliIo } from "../../cli/io.ts";
import { pluginNew } from "../../cli/plugin_new.ts";
import { pluginTypes } from "../../cli/plugin_types.ts";
import { loadPlugins } from "../../core/plugins/loader.ts";
import { builtinStrategies } from "../../strategies/mod.ts";
import { strategyCases } from "../strategies_contract.ts";
import { denoPasses, inTempDir, namesIn } from "../support/temp_dir.ts";
import { pluginTypesText } from "./plugin_types_text.ts";

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(...args: string[]): Promise<Said> {
  let out = "";
  let err = "";
  const io: CliIo = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env: () => undefined,
    isTty: false,
    color: false,
  };
  const code = await pluginNew(args, io);
  return { code, out, err };
}

Deno.test("pluginNew() writes starters that check, format, pass their tests, load and hold the contract", async (t) => {
  await inTempDir(async (dir) => {
    const strategy = await run("strategy", "my_order", "--dir", dir);
    assert.equal(strategy.code, 0, strategy.err);
    const transport = await run("transport", "my_wire", "--dir", dir);
    assert.equal(transport.code, 0, transport.err);
    const files = ["lasso-plugin.d.ts", "my_order.ts", "my_order_test.ts", "my_wire.ts", "my_wire_test.ts"];
    assert.deepEqual(namesIn(dir), files);

    await t.step("deno fmt, lint and check", async () => {
      await denoPasses(dir, "fmt", "--check", "--line-width", "110", ...files);
      await denoPasses(dir, "lint", ...files);
      await denoPasses(dir, "check", ...files);
    });
    await t.step("deno test", async () => {
      await denoPasses(
        dir,
        "test",
        "--no-check",
        "--allow-net=127.0.0.1",
        "my_order_test.ts",
        "my_wire_test.ts",
      );
    });
    await t.step("loadPlugins()", async (t) => {
      const at = (name: string, options?: unknown): { path: string; options: unknown; place: string } => ({
        path: join(dir, name),
        options,
        place: "lasso.yaml:1:1",
      });
      const loaded = await loadPlugins(builtinStrategies, [
        at("my_order.ts", { max_lag_blocks: 9 }),
        at("my_wire.ts", { user_agent: "test" }),
      ]);
      assert.ok(loaded.ok, JSON.stringify(loaded));
      assert.equal(loaded.registry.transport("my_wire")?.protocol, "http");
      for (const { name, run } of strategyCases(loaded.registry.strategy("my_order")!)) {
        await t.step(name, run);
      }
    });
  });
});

Deno.test("pluginNew() says what it wrote and what to add to lasso.yaml", async () => {
  await inTempDir(async (dir) => {
    const target = join(dir, "plugins");
    const { code, out, err } = await run("strategy", "sticky", "--dir", target);
    assert.equal(code, 0);
    assert.equal(err, "");
    assert.equal(
      out.replaceAll(dir, "DIR"),
      `wrote DIR/plugins/sticky.ts
wrote DIR/plugins/sticky_test.ts
wrote DIR/plugins/lasso-plugin.d.ts

Try it: deno test DIR/plugins/sticky_test.ts

Add to lasso.yaml (the path is relative to that file):

plugins:
  - DIR/plugins/sticky.ts
defaults:
  strategy: sticky
`,
    );
    const second = await run("strategy", "sticky_too", "--dir", target);
    assert.equal(second.code, 0);
    assert.doesNotMatch(second.out, /wrote .*lasso-plugin/, "the types are there already");
  });
});

Deno.test("pluginNew() never overwrites a file, and writes nothing then", async () => {
  for (const name of ["sticky.ts", "sticky_test.ts", "lasso-plugin.d.ts"]) {
    await inTempDir(async (dir) => {
      await Deno.writeTextFile(join(dir, name), "mine");
      const { code, err } = await run("strategy", "sticky", "--dir", dir);
      assert.equal(code, 2);
      assert.match(err, /^a file is there already and is never overwritten\n {2}at .*\n {2}fix: /);
      assert.ok(err.includes(join(dir, name)));
      assert.deepEqual(namesIn(dir), [name]);
      assert.equal(await Deno.readTextFile(join(dir, name)), "mine");
    });
  }
});

Deno.test("pluginNew() refuses wrong usage with exit code 2 and says how to fix it", async () => {
  const cases: readonly (readonly [args: string[], text: string])[] = [
    [[], "what to write is missing: strategy or transport\n  fix: see `lasso plugin new --help`\n"],
    [["cache", "x"], 'can\'t write a "cache": strategy or transport\n  fix: see `lasso plugin new --help`\n'],
    [["strategy"], "its name is missing\n  fix: for instance `lasso plugin new strategy sticky`\n"],
    [
      ["strategy", "a", "b"],
      "one name is enough, found also b\n  fix: for instance `lasso plugin new strategy sticky`\n",
    ],
    [
      ["strategy", "fastest"],
      'the strategy name "fastest" is taken by Lasso itself\n  fix: take another, for instance `my_fastest`\n',
    ],
    [
      ["strategy", "provider"],
      'the strategy name "provider" is taken by Lasso itself\n  fix: take another, for instance `my_provider`\n',
    ],
    [
      ["transport", "http"],
      'the transport name "http" is taken by Lasso itself\n  fix: take another, for instance `my_http`\n',
    ],
  ];
  for (const [args, text] of cases) assert.deepEqual(await run(...args), { code: 2, out: "", err: text });
  for (const bad of ["", "Sticky", "my-plugin", "../up", "a/b", "1st", "a.ts"]) {
    const { code, err } = await run("strategy", bad);
    assert.equal(code, 2);
    assert.match(err, /can't be a plugin's name\n {2}fix: start with a small letter/);
  }
  assert.match((await run("strategy", "x", "--force")).err, /--force/);
});

Deno.test("pluginNew() refuses a folder that can't be written to", async () => {
  await inTempDir(async (dir) => {
    const file = join(dir, "file");
    await Deno.writeTextFile(file, "");
    const { code, err } = await run("strategy", "sticky", "--dir", join(file, "below"));
    assert.equal(code, 2);
    assert.match(err, /^can't write there: ENOTDIR/);
  });
});

Deno.test("pluginNew() prints its usage with --help", async () => {
  const { code, out } = await run("--help");
  assert.equal(code, 0);
  assert.match(out, /^usage: lasso plugin new strategy\|transport NAME \[--dir DIR\]\n/);
});

Deno.test("pluginTypes holds the interfaces as they are", async () => {
  assert.equal(
    pluginTypes,
    await pluginTypesText(),
    "run `deno run -A tests/cli/plugin_types_text.ts` and commit cli/plugin_types.ts",
  );
});

Deno.test("pluginTypes is assignable to the real interfaces, and they to it", async () => {
  const core = (name: string): string =>
    JSON.stringify(fileURLToPath(new URL(`../../core/plugins/${name}.ts`, import.meta.url)));
  await inTempDir(async (dir) => {
    await Deno.writeTextFile(join(dir, "lasso-plugin.d.ts"), pluginTypes);
    await Deno.writeTextFile(
      join(dir, "both_ways.ts"),
      `import type * as Written from "./lasso-plugin.d.ts";
import type { PluginDeps } from ${core("deps")};
import type { StrategyPlugin } from ${core("strategy")};
import type { TransportPlugin } from ${core("transport")};
type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : never : never;
export const same: [
  Same<Written.StrategyPlugin, StrategyPlugin>,
  Same<Written.TransportPlugin, TransportPlugin>,
  Same<Written.PluginDeps, PluginDeps>,
] = [true, true, true];
`,
    );
    await denoPasses(dir, "check", "both_ways.ts", "lasso-plugin.d.ts");
  });
});
