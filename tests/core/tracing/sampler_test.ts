import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { seededRandom } from "../../../core/random.ts";
import { samplerOf } from "../../../core/tracing/sampler.ts";
import type { ParentSpan } from "../../../core/tracing/tracer.ts";

const parent = (sampled: boolean): ParentSpan => ({
  traceId: "1".repeat(32),
  spanId: "1".repeat(16),
  sampled,
  state: "",
});

/** Share of random trace ids that are recorded. */
function share(name: string, arg: string): number {
  const random = seededRandom(7);
  const sampler = samplerOf(name, arg);
  let taken = 0;
  for (let k = 0; k < 20_000; k++) {
    let id = "";
    for (let digit = 0; digit < 32; digit++) id += Math.floor(random.next() * 16).toString(16);
    if (sampler(null, id)) taken++;
  }
  return taken / 20_000;
}

Deno.test("samplerOf() records all, none or a ratio of what begins here", () => {
  assert.equal(share("always_on", ""), 1);
  assert.equal(share("always_off", ""), 0);
  for (const ratio of [0, 0.01, 0.25, 1]) {
    for (const name of ["traceidratio", "parentbased_traceidratio"]) {
      assert.ok(Math.abs(share(name, String(ratio)) - ratio) < 0.01, `${name} ${ratio}`);
    }
  }
});

Deno.test("samplerOf() follows the parent where the name says so, and by default", () => {
  for (
    const name of [undefined, "parentbased_always_on", "parentbased_always_off", "parentbased_traceidratio"]
  ) {
    const sampler = samplerOf(name, "0.5");
    assert.deepEqual([sampler(parent(true), "f".repeat(32)), sampler(parent(false), "0".repeat(32))], [
      true,
      false,
    ]);
  }
  assert.equal(samplerOf(undefined, undefined)(null, "f".repeat(32)), true);
  assert.equal(samplerOf("always_on", undefined)(parent(false), "1".repeat(32)), true);
});

Deno.test("samplerOf() refuses names and ratios that it does not know", () => {
  const refuses = (name: string, arg: string | undefined, text: RegExp): void => {
    assert.throws(() => samplerOf(name, arg), (thrown) => {
      assert.ok(thrown instanceof LassoError && thrown.code === "config");
      assert.match(thrown.message, text);
      return true;
    });
  };
  refuses("jaeger_remote", undefined, /OTEL_TRACES_SAMPLER is "jaeger_remote", which Lasso does not know/);
  for (const arg of ["1.5", "-1", "x", ""]) {
    refuses("traceidratio", arg, /OTEL_TRACES_SAMPLER_ARG .* is no ratio/);
  }
});
