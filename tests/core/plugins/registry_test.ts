import assert from "node:assert/strict";
import { LassoError } from "../../../core/errors.ts";
import { PluginRegistry } from "../../../core/plugins/registry.ts";
import type { StrategyPlugin } from "../../../core/plugins/strategy.ts";
import type { TransportPlugin } from "../../../core/plugins/transport.ts";

const strategy = (id: string): StrategyPlugin => ({
  kind: "strategy",
  id,
  summary: "A strategy.",
  parse: () => ({}),
  create: () => ({ cadence: "cached", rank: () => {} }),
});

const transport = (id: string): TransportPlugin => ({
  kind: "transport",
  id,
  summary: "A transport.",
  protocol: "http",
  parse: () => ({}),
  create: () => {
    throw new Error("not used");
  },
});

function refusal(run: () => void): string {
  try {
    run();
  } catch (thrown) {
    assert.ok(thrown instanceof LassoError);
    assert.equal(thrown.code, "plugin");
    return thrown.message;
  }
  assert.fail("nothing was thrown");
}

Deno.test("register() keeps strategies and transports apart, in order", () => {
  const registry = new PluginRegistry();
  for (const id of ["b", "a"]) registry.register(strategy(id), "test");
  registry.register(transport("b"), "test");
  assert.deepEqual(registry.strategyIds, ["b", "a"]);
  assert.deepEqual(registry.transportIds, ["b"]);
  assert.equal(registry.strategy("b")?.kind, "strategy");
  assert.equal(registry.transport("b")?.kind, "transport");
  assert.equal(registry.transport("a"), undefined);
});

Deno.test("register() refuses a taken id and says who has it", () => {
  const registry = new PluginRegistry();
  registry.register(strategy("sticky"), "/one.ts");
  assert.equal(
    refusal(() => registry.register(strategy("sticky"), "/two.ts")),
    [
      'strategy id "sticky" is taken already by /one.ts',
      "  at /two.ts",
      "  fix: give one of the two another id",
      "  docs: docs/plugins.md#the-default-export",
    ].join("\n"),
  );
});

Deno.test("register() refuses ids that are empty, ill-formed or reserved", () => {
  const registry = new PluginRegistry();
  for (const id of ["", "Sticky", "1st", "a-b", "a b", "__proto__"]) {
    assert.match(refusal(() => registry.register(strategy(id), "test")), /is not allowed/);
  }
  assert.match(refusal(() => registry.register(strategy("provider"), "test")), /"provider" is reserved/);
  registry.register(transport("provider"), "test");
  assert.equal(registry.strategy("constructor"), undefined);
});

Deno.test("unknown() lists the ids that are known", () => {
  const registry = new PluginRegistry();
  for (const id of ["fastest", "cheapest"]) registry.register(strategy(id), "test");
  const error = registry.unknown("strategy", "fatsest", "lasso.yaml:3:13");
  assert.equal(
    error.message,
    [
      'unknown strategy "fatsest"',
      "  at lasso.yaml:3:13",
      "  fix: use one of fastest, cheapest, or name its file under `plugins`",
      "  docs: docs/plugins.md",
    ].join("\n"),
  );
});
