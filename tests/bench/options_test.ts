// The command line of the benchmark.

import assert from "node:assert/strict";
import { figureIds, readOptions, UsageError } from "../../bench/options.ts";

Deno.test("readOptions() measures everything in five rounds by default", () => {
  assert.deepEqual(readOptions([]), {
    only: new Set(figureIds),
    rounds: 5,
    seconds: 5,
    warmupSeconds: 3,
    out: null,
  });
});

Deno.test("readOptions() reads every flag", () => {
  const options = readOptions(["--only", "p1, P10", "--rounds", "7", "--seconds", "2.5", "--out", "x.json"]);
  assert.deepEqual(options, {
    only: new Set(["P1", "P10"]),
    rounds: 7,
    seconds: 2.5,
    warmupSeconds: 3,
    out: "x.json",
  });
});

Deno.test("readOptions() --quick is short, and single flags still win", () => {
  assert.equal(readOptions(["--quick"])?.rounds, 2);
  assert.equal(readOptions(["--quick"])?.seconds, 1);
  assert.equal(readOptions(["--quick", "--rounds", "3"])?.rounds, 3);
});

Deno.test("readOptions() --help gives null", () => {
  assert.equal(readOptions(["--help"]), null);
});

Deno.test("readOptions() tells a wrong argument", () => {
  const wrong = (args: readonly string[], message: string): void =>
    assert.throws(
      () => readOptions(args),
      (thrown) => thrown instanceof UsageError && thrown.message === message,
    );
  wrong(
    ["--only", "P1,P99"],
    "--only knows P1, P2, P4, P5, P6, P8, P9, P10, P11, P12, P14, observation, dashboard, not P99",
  );
  wrong(["--rounds", "2.5"], "--rounds must be a whole number, not 2.5");
  wrong(["--rounds", "0"], "--rounds must be above 0, not 0");
  wrong(["--seconds", "x"], "--seconds must be above 0, not x");
  assert.throws(() => readOptions(["--fast"]), UsageError);
});
