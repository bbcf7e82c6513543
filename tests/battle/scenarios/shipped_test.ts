// What the shipped scenarios have in common: names, tags, lengths, a sentence each.

import assert from "node:assert/strict";
import { reportName } from "../../../battle/report/report_name.ts";
import { shipped, shippedScenarios } from "../../../battle/scenarios/mod.ts";
import { shippedScenario } from "./support.ts";

const all = Object.keys(shipped).map((name) => ({ name, scenario: shippedScenario(name) }));

Deno.test("shipped scenarios are listed by their own names, which are fit for files and commands", () => {
  assert.equal(shippedScenarios.length, all.length);
  for (const { name, scenario } of all) {
    assert.equal(scenario.name, name);
    assert.equal(reportName(name), name);
    assert.match(name, /^[a-z]+(?:-[a-z]+)*$/);
  }
});

Deno.test("shipped scenarios say in one sentence what they are about", () => {
  for (const { about } of Object.values(shipped)) assert.match(about, /^\S.{20,96}\.$/);
});

Deno.test("shipped scenarios are for ci, at most 12 s long each and under 5 minutes in all, or long", () => {
  const ci = all.filter(({ scenario }) => scenario.tags.includes("ci"));
  const lengths = ci.map(({ scenario }) => scenario.warmupMs + scenario.durationMs);
  assert.ok(Math.max(...lengths) <= 12_000);
  // Processes take a few seconds to start and to end.
  assert.ok(lengths.reduce((sum, ms) => sum + ms + 6_000, 0) < 300_000);
  const long = all.filter(({ scenario }) => scenario.tags.includes("long")).map(({ name }) => name);
  assert.deepEqual(long, ["strategy-comparison", "soak"]);
  assert.equal(ci.length + long.length, all.length);
});

Deno.test("shipped scenarios have seeds of their own, need no network and bound what they look at", () => {
  assert.equal(new Set(all.map(({ scenario }) => scenario.seed)).size, all.length);
  for (const { scenario } of all) {
    assert.equal(scenario.target.kind, "own");
    assert.ok(scenario.chains.every(({ providers }) => providers.every(({ kind }) => kind === "sim")));
    assert.ok(scenario.slos.length > 0);
  }
});
