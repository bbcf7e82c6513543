import assert from "node:assert/strict";
import { runCli, type Tools } from "../../cli/run.ts";
import { LassoError } from "../../core/errors.ts";
import { bufferIo } from "../support/buffer_io.ts";
import { withConfigFile } from "../support/temp_dir.ts";
import { testWiring } from "../support/test_wiring.ts";

const tools: Tools = {
  startWorld: () => Promise.reject(new Error("no demo here")),
  program: () => {
    throw new Error("no battle here");
  },
};

async function lasso(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = bufferIo();
  const code = await runCli(args, io, testWiring, tools);
  return { code, out: io.stdout, err: io.stderr };
}

const commands = ["serve", "demo", "check", "explain", "compare", "battle", "plugin", "schema", "version"];

for (const command of commands) {
  Deno.test(`lasso ${command} --help says what it does on stdout`, async () => {
    const { code, out, err } = await lasso(command, "--help");
    assert.deepEqual([code, err], [0, ""]);
    assert.ok(out.includes(`lasso ${command}`), out);
    assert.equal((await lasso("help", command)).out, out);
  });
}

Deno.test("lasso --help names every command", async () => {
  const { code, out } = await lasso("--help");
  assert.equal(code, 0);
  for (const command of commands) assert.ok(out.includes(`lasso ${command}`), command);
});

Deno.test("lasso version and --version print the version", async () => {
  for (const spelling of ["version", "--version", "-V"]) {
    assert.deepEqual(await lasso(spelling), { code: 0, out: "lasso 1.2.3\n", err: "" });
  }
});

Deno.test("lasso refuses an unknown command with exit 2 and shows what there is", async () => {
  const { code, out, err } = await lasso("bogus");
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /there is no command "bogus"[\s\S]*lasso serve/);
});

for (
  const args of [
    ["serve", "--prot", "1"],
    ["--prot", "1"],
    ["explain"],
    ["explain", "ethereum"],
    ["battle", "--sed", "1"],
    ["battle", "--seed", "x"],
    ["battle", "no-such-scenario"],
    ["battle", "new"],
    ["battle", "diff", "one.json"],
    ["plugin"],
    ["plugin", "old"],
    ["demo", "--x"],
  ]
) {
  Deno.test(`lasso ${args.join(" ")} is a usage error: exit 2, nothing on stdout`, async () => {
    const { code, out, err } = await lasso(...args);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /lasso/);
  });
}

Deno.test("lasso serve with a config that is not there: exit 2 and the file's name", async () => {
  const { code, err } = await lasso("serve", "--config", "/nowhere/lasso.yaml");
  assert.equal(code, 2);
  assert.match(err, /\/nowhere\/lasso\.yaml:1:1 .*no such file/);
});

Deno.test("lasso serve with a port that is none: exit 2", async () => {
  const config = 'chains: { ethereum: { chain_id: 1, providers: [{ id: a, url: "http://127.0.0.1:1" }] } }';
  await withConfigFile(config, async (file) => {
    const { code, err } = await lasso("serve", "--config", file, "--port", "70000");
    assert.equal(code, 2);
    assert.match(err, /"70000" is not a port/);
  });
});

Deno.test("lasso explain without a router: exit 1 and how to start one", async () => {
  const { code, err } = await lasso("explain", "ethereum", "eth_call", "--url", "http://127.0.0.1:1");
  assert.equal(code, 1);
  assert.match(err, /no router answers at http:\/\/127\.0\.0\.1:1[\s\S]*lasso serve/);
});

Deno.test("lasso tells a LassoError that a command throws in a sentence, and exits 1", async () => {
  const io = {
    ...bufferIo(),
    out: (): void => {
      throw new LassoError("io", "stdout can't be written: full", { hint: "free some space" });
    },
  };
  let err = "";
  const code = await runCli(["schema"], { ...io, err: (text) => err += text }, testWiring, tools);
  assert.deepEqual([code, err], [1, "lasso: stdout can't be written: full\n  fix: free some space\n"]);
});

Deno.test("lasso explain shows no user, password or path of --url", async () => {
  const { code, err } = await lasso(
    "explain",
    "eth",
    "eth_call",
    "--url",
    "http://user:secret@127.0.0.1:1/key",
  );
  assert.equal(code, 1);
  assert.match(err, /^lasso: no router answers at http:\/\/127\.0\.0\.1:1\/\*\*\*: /);
  assert.doesNotMatch(err, /user|secret|key/);
});
