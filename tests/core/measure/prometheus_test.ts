import assert from "node:assert/strict";
import { FixedHistogram } from "../../../core/measure/fixed_histogram.ts";
import { checkMetricName, Exposition, labelText } from "../../../core/measure/prometheus.ts";
import { readExposition } from "./exposition_oracle.ts";

Deno.test("Exposition writes families as the format wants them, byte for byte", () => {
  const histogram = new FixedHistogram([0.001, 0.01]);
  for (const ms of [0.5, 1, 4, 250]) histogram.observe(ms);
  const out = new Exposition();
  out.counter("a_total", "Things.", [{ labels: { kind: "x", n: "1" }, value: 3 }, { value: 0 }]);
  out.gauge("b", "Back\\slash\nand line.", [{ labels: { path: 'C:\\dir "x"\nend' }, value: -1.5e-7 }]);
  out.histogram("c_seconds", "Time.", (add) => add(labelText({ chain: "base" }), histogram));
  out.gauge("left_out", "No samples.", []);
  assert.equal(
    out.text,
    `# HELP a_total Things.
# TYPE a_total counter
a_total{kind="x",n="1"} 3
a_total 0
# HELP b Back\\\\slash\\nand line.
# TYPE b gauge
b{path="C:\\\\dir \\"x\\"\\nend"} -1.5e-7
# HELP c_seconds Time.
# TYPE c_seconds histogram
c_seconds_bucket{chain="base",le="0.001"} 2
c_seconds_bucket{chain="base",le="0.01"} 3
c_seconds_bucket{chain="base",le="+Inf"} 4
c_seconds_sum{chain="base"} 0.2555
c_seconds_count{chain="base"} 4
`,
  );
  readExposition(out.text);
});

Deno.test("Exposition spells infinities and NaN as the format does", () => {
  const out = new Exposition();
  out.gauge("g", "Odd.", [{ labels: { a: "1" }, value: Infinity }, { labels: { a: "2" }, value: -Infinity }, {
    value: NaN,
  }]);
  assert.deepEqual(out.text.split("\n").slice(2, 5), ['g{a="1"} +Inf', 'g{a="2"} -Inf', "g NaN"]);
  readExposition(out.text);
});

Deno.test("FixedHistogram.observe() counts a value on a bound below it, negatives as 0, and no NaN", () => {
  const histogram = new FixedHistogram([0.001, 0.01]);
  for (const ms of [1, 1.0001, 10, 10.5, -3, NaN]) histogram.observe(ms);
  assert.deepEqual(histogram.cumulative(), [2, 4, 5]);
  assert.ok(Math.abs(histogram.sumSeconds - 0.0225001) < 1e-12);
});

Deno.test("checkMetricName() refuses what the format has no place for", () => {
  for (const name of ["lasso_x_total", "a:b", "_x"]) checkMetricName(name);
  for (const name of ["", "1a", "a-b", "a b", "ä"]) {
    assert.throws(() => checkMetricName(name), /name of a metric/);
  }
});

Deno.test("readExposition() refuses what is malformed (the oracle itself)", () => {
  const family = "# HELP a_total X.\n# TYPE a_total counter\n";
  readExposition(`${family}a_total 1\n`);
  for (
    const bad of [
      `${family}a_total 1`,
      `${family}b_total 1\n`,
      `${family}a_total{x="1} 1\n`,
      `${family}a_total{x="\\q"} 1\n`,
      `${family}a_total{x="1",x="2"} 1\n`,
      `${family}a_total 1\na_total 2\n`,
      `${family}a_total -1\n`,
      `${family}a_total 1 \n`,
      `${family}a_total 1\n${family}a_total{x="1"} 1\n`,
      "# TYPE a_total counter\na_total 1\n",
      "# HELP h X.\n# TYPE h histogram\nh_sum 1\nh_count 1\n",
      '# HELP h X.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
      '# HELP h X.\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n',
    ]
  ) assert.throws(() => readExposition(bad), Error, bad);
});
