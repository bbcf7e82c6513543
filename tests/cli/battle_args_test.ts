import assert from "node:assert/strict";
import { battleHelp, readBattleArgs } from "../../cli/battle_args.ts";

Deno.test("readBattleArgs() reads every flag", () => {
  const read = readBattleArgs(
    "failover my.ts --list --schema --dry-run --virtual --tag ci --tag long --seed 7 --repeat 3 --max-duration 1.5s --allow-host a.example --format json,md --format text --out out --baseline old.json"
      .split(" "),
  );
  assert.deepEqual(read, {
    names: ["failover", "my.ts"],
    list: true,
    schema: true,
    dryRun: true,
    virtual: true,
    help: false,
    tags: ["ci", "long"],
    seed: 7,
    repeat: 3,
    maxDurationMs: 1_500,
    allowedHosts: ["a.example"],
    formats: ["json", "md", "text"],
    out: "out",
    baseline: "old.json",
  });
});

Deno.test("readBattleArgs() takes hosts as URLs have them", () => {
  const given = ["RPC.Example", "10.0.0.1", "[::2]", "bücher.example"].flatMap((
    host,
  ) => ["--allow-host", host]);
  const { allowedHosts } = readBattleArgs(given);
  assert.deepEqual(allowedHosts, ["rpc.example", "10.0.0.1", "[::2]", "xn--bcher-kva.example"]);
});

Deno.test("readBattleArgs() leaves what is not said to the scenario", () => {
  const { seed, repeat, maxDurationMs, formats, out } = readBattleArgs([]);
  assert.deepEqual([seed, repeat, maxDurationMs, formats, out], [null, 1, null, null, null]);
});

for (
  const [args, error] of [
    [["--seed", "1.5"], /--seed must be a whole number from 0 to \d+: current value is 1\.5/],
    [["--repeat", "0"], /--repeat must be a whole number from 1 to 1000: current value is 0/],
    [
      ["--max-duration", "30"],
      /--max-duration must be a time above 0 such as 500ms, 30s or 5m: current value is 30/,
    ],
    [["--max-duration", "0s"], /--max-duration must be a time above 0/],
    [["--format", "pdf"], /--format "pdf" is not known: take of text, json, md, junit, html/],
    [
      ["--allow-host", "https://rpc.example/key"],
      /--allow-host takes a host alone, such as rpc\.example\.com: current value is https:\/\/rpc\.example\/\*\*\*/,
    ],
    [["--allow-host", "rpc.example:8545"], /--allow-host takes a host alone/],
    [["--frmat", "md"], /Unknown option '--frmat'[^]*see `lasso battle --help`/],
  ] as const
) {
  Deno.test(`readBattleArgs() refuses ${args.join(" ")}`, () => {
    assert.throws(() => readBattleArgs(args), error);
  });
}

Deno.test("battleHelp names every flag, and fits a terminal", () => {
  const flags = [
    "--list",
    "--schema",
    "--tag",
    "--dry-run",
    "--seed",
    "--repeat",
    "--max-duration",
    "--virtual",
  ];
  flags.push("--allow-host", "--format", "--out", "--baseline", "--help");
  for (const flag of flags) assert.ok(battleHelp.includes(`\n  ${flag}`), flag);
  for (const line of battleHelp.split("\n")) assert.ok(line.length <= 100, line);
});
