// `lasso battle` as a process: what is on which output, the exit code, and that Ctrl-C ends it in order.

import assert from "node:assert/strict";
import { join } from "node:path";
import { existsSync } from "node:fs";
import { sameSignalMs } from "../../cli/until_stopped.ts";
import { until } from "../support/until.ts";

const root = new URL("../../", import.meta.url).pathname;
const flags = [
  "run",
  "--no-check",
  "--config",
  `${root}deno.json`,
  "--no-prompt",
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  `${root}main.ts`,
  "battle",
];

const scenarioText = `export default ({ scenario, sim, http, constant, at }) =>
  scenario("Swift dies")
    .chain("ethereum", { providers: { swift: sim({ p50: "4ms" }), steady: sim({ p50: "9ms" }) } })
    .workload("reads", http({ arrival: constant(40), mix: { eth_getBalance: 1 }, timeout: "2s" }))
    .duration("40s")
    .chaos(at("1s").kill("swift").for("30s").as("death"))
    .slo("reads", { success_rate: 0.5 });
`;

class Battle implements AsyncDisposable {
  out = "";
  err = "";
  readonly folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #read: Promise<unknown>;

  constructor(folder: string, args: readonly string[]) {
    this.folder = folder;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...flags, ...args],
      cwd: folder,
      env: { NO_COLOR: "1", TMPDIR: folder },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const { stdout, stderr } = this.#child;
    this.#read = Promise.all([
      read(stdout, (text) => this.out += text),
      read(stderr, (text) => this.err += text),
    ]);
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#read;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.end();
  }
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  add: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}

/** Of this user's processes whose environment names the folder: all that a run in it started. */
async function commandLinesWith(what: string, folder: string): Promise<string[]> {
  const look =
    `for p in /proc/[0-9]*; do grep -qaF "TMPDIR=$0" $p/environ && tr '\\\\0' ' ' < $p/cmdline && echo; done`;
  const { stdout } = await new Deno.Command("sh", { args: ["-c", look, folder], stderr: "null" }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(what));
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.writeTextFileSync(join(folder, "mine.ts"), scenarioText);
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("lasso battle ends in order at Ctrl-C: exit 130, the report is written, nothing is left", () =>
  inFolder(async (folder) => {
    await using battle = new Battle(folder, ["mine.ts", "--out", "reports", "--format", "text,json"]);
    await until("the fault begins", () => /kill swift/.test(battle.err), 40_000);
    battle.signal("SIGINT");
    // As under `deno task`, which passes it on: the same one again, not a second one.
    battle.signal("SIGINT");
    assert.equal(await battle.end(), 130, battle.err);
    assert.match(battle.out, /^INCONCLUSIVE {2}Swift dies/);
    assert.match(battle.out, /\nPASS 0 FAIL 0 INCONCLUSIVE 1\n$/);
    assert.match(battle.err, /ends the run and writes the report; once more to stop at once/);
    const report = JSON.parse(Deno.readTextFileSync(join(folder, "reports/swift-dies.json")));
    assert.equal(report.verdict, "inconclusive");
    assert.match(report.command, /^lasso battle mine\.ts --seed \d+$/);
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["mine.ts", "reports"]);
  }));

Deno.test("lasso battle: a second Ctrl-C ends it at once, and leaves nothing either", () =>
  inFolder(async (folder) => {
    await using battle = new Battle(folder, ["mine.ts", "--out", "reports"]);
    await until("the router starts", () => /starts the router/.test(battle.err), 40_000);
    battle.signal("SIGINT");
    await until("it was heard", () => /once more to stop at once/.test(battle.err));
    const heardAt = performance.now();
    await until("a second one is no echo of the first", () => performance.now() - heardAt > sameSignalMs);
    try {
      battle.signal("SIGINT");
    } catch {
      // It was that quick the first time.
    }
    assert.equal(await battle.end(), 130, battle.err);
    const isLeft = (): boolean =>
      [...Deno.readDirSync(folder)].some(({ name }) => name.startsWith("lasso-battle-"));
    assert.equal(isLeft(), false);
  }));

Deno.test("lasso battle: one Ctrl-C is enough where a part never gets ready, and leaves no process", () =>
  inFolder(async (folder) => {
    const text = `if (Deno.args.includes("generator")) for (;;);
export default ({ scenario, sim, custom }) =>
  scenario("never ready").chain("ethereum", { providers: { a: sim() } })
    .workload("own", custom(async () => {}, { rate: 1 })).duration("2s").slo("own", { success_rate: 1 });`;
    Deno.writeTextFileSync(join(folder, "loops.ts"), text);
    await using battle = new Battle(folder, ["loops.ts"]);
    await until("the generator is asked", () => /connects the clients/.test(battle.err), 40_000);
    battle.signal("SIGINT");
    assert.equal(await battle.end(), 130, battle.err);
    assert.equal(battle.out, "PASS 0 FAIL 0 INCONCLUSIVE 1\n");
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["loops.ts", "mine.ts"]);
    assert.deepEqual(await commandLinesWith("battle-part", folder), []);
  }));

Deno.test("lasso battle: what a scenario file prints goes to stderr, stdout has the report and its last line", () =>
  inFolder(async (folder) => {
    const text =
      `console.log("loaded"); addEventListener("unload", () => console.info("PASS 99"));\n${scenarioText}`;
    Deno.writeTextFileSync(join(folder, "chatty.ts"), text);
    await using battle = new Battle(folder, ["chatty.ts", "--virtual", "--format", "text"]);
    await battle.end();
    assert.match(battle.err, /^loaded\n[^]*PASS 99\n$/);
    assert.match(battle.out, /Swift dies[^]*\nPASS \d FAIL \d INCONCLUSIVE \d\n$/);
    assert.doesNotMatch(battle.out, /loaded|PASS 99/);
  }));

Deno.test("lasso battle: a scenario file that ends the process is no pass", () =>
  inFolder(async (folder) => {
    Deno.writeTextFileSync(join(folder, "ends.ts"), "Deno.exit(0);");
    await using battle = new Battle(folder, ["ends.ts"]);
    assert.equal(await battle.end(), 2, battle.err);
    assert.match(battle.err, /^lasso: the process was ended by a scenario file: ends\.ts\n {2}fix: /);
  }));

Deno.test("lasso battle: what nobody can read is no verdict, where stdout is full or a fault of ours ends it", () =>
  inFolder(async (folder) => {
    const text = `setTimeout(() => { throw new Error("later"); });\n${scenarioText}`;
    Deno.writeTextFileSync(join(folder, "throws.ts"), text);
    await using thrown = new Battle(folder, ["throws.ts", "--virtual", "--format", "text"]);
    assert.equal(await thrown.end(), 4, thrown.err);
    assert.match(thrown.err, /lasso: internal error: later/);
    const line = ["deno", ...flags, "mine.ts", "--virtual", "--format", "text,json", "--out", "o"];
    const toFull = new Deno.Command("sh", {
      args: ["-c", 'shift; exec "$0" "$@" > /dev/full', Deno.execPath(), ...line],
      cwd: folder,
      stderr: "piped",
    });
    const { code, stderr } = await toFull.output();
    assert.equal(code, 4);
    const said = new TextDecoder().decode(stderr);
    assert.match(said, /Swift dies \((?:pass|fail|inconclusive)\): stdout can't be written: No space left/);
    assert.deepEqual([...Deno.readDirSync(join(folder, "o"))].map(({ name }) => name), ["swift-dies.json"]);
  }));

Deno.test("lasso battle --dry-run prints the plan and its hash, and starts nothing", () =>
  inFolder(async (folder) => {
    await using one = new Battle(folder, ["mine.ts", "--dry-run", "--seed", "5"]);
    assert.equal(await one.end(), 0, one.err);
    assert.match(one.out, /^Swift dies\nseed 5, 40 s\n[^]*kill[^]*\nplan [0-9a-f]{64}\n/);
    await using other = new Battle(folder, ["mine.ts", "--dry-run", "--seed", "5"]);
    await other.end();
    assert.equal(other.out, one.out);
  }));

Deno.test("lasso battle new writes a scenario that can be planned; --list shows it; --schema is JSON; diff wants two reports", () =>
  inFolder(async (folder) => {
    await using written = new Battle(folder, ["new", "first"]);
    assert.equal(await written.end(), 0, written.err);
    assert.ok(existsSync(join(folder, "first.ts")) && existsSync(join(folder, "lasso-battle.d.ts")));
    // As a shell makes it of `*.ts`: the types stand beside.
    await using planned = new Battle(folder, ["first.ts", "lasso-battle.d.ts", "--dry-run"]);
    assert.equal(await planned.end(), 0, planned.err);
    await using types = new Battle(folder, ["lasso-battle.d.ts", "--dry-run"]);
    assert.equal(await types.end(), 2);
    assert.match(types.err, /the scenario file has no default export/);
    await using listed = new Battle(folder, ["--list", "first.ts", "failover", "strategy-comparison"]);
    assert.equal(await listed.end(), 0);
    assert.match(listed.out, /^NAME\s+TIME\s+TAGS\s+WHAT\nfirst\.ts\s[^]*\nfailover\s+10 s\s/);
    assert.match(listed.out, /\nstrategy-comparison\s+8 × 15 s\s/);
    await using schema = new Battle(folder, ["--schema"]);
    assert.equal(await schema.end(), 0);
    assert.equal(JSON.parse(schema.out).properties.plan_hash.type, "string");
    await using missing = new Battle(folder, ["diff", "a.json", "b.json"]);
    assert.equal(await missing.end(), 2);
    assert.match(missing.err, /the report can't be read[^]*at a\.json/);
  }));

Deno.test("lasso battle --baseline: what changed, and a report of something else is told before the run", () =>
  inFolder(async (folder) => {
    const quick = ["mine.ts", "--virtual", "--max-duration", "2s"];
    await using first = new Battle(folder, [...quick, "--format", "json", "--out", "before"]);
    await first.end();
    const baseline = "before/swift-dies.json";
    await using again = new Battle(folder, [...quick, "--format", "text", "--baseline", baseline]);
    await again.end();
    assert.match(again.out, /no regression since Lasso/);
    const report = Deno.readTextFileSync(join(folder, baseline)).replace("Swift dies", "Swift lives");
    Deno.writeTextFileSync(join(folder, "other.json"), report);
    await using wrong = new Battle(folder, [...quick, "--baseline", "other.json"]);
    assert.equal(await wrong.end(), 2);
    assert.match(
      wrong.err,
      /the baseline is of "Swift lives", which is not run\n {2}at other\.json\n {2}fix: /,
    );
  }));

Deno.test("lasso battle: a host beyond loopback has to be allowed", () =>
  inFolder(async (folder) => {
    const text = `export default ({ scenario, http }) =>
  scenario("far").target("https://rpc.example").workload("reads", http({ rate: 100 })).duration("30s").slo("reads", { p99_latency_ms: 300 })`;
    Deno.writeTextFileSync(join(folder, "far.ts"), text);
    await using battle = new Battle(folder, ["far.ts"]);
    assert.equal(await battle.end(), 2);
    assert.match(battle.err, /sends requests to rpc\.example[^]*--allow-host rpc\.example/);
    assert.equal(battle.out, "PASS 0 FAIL 0 INCONCLUSIVE 1\n");
  }));
