import assert from "node:assert/strict";
import { parse } from "yaml";
import { z } from "zod";
import { configJsonSchema, knownKeys, type SchemaNode } from "../../config/json_schema.ts";
import { presetFiles } from "../../config/preset_files.ts";
import { loadConfigFile } from "../../config/load.ts";
import { formatProblems } from "../../config/problems.ts";
import { known } from "./load_support.ts";

const example = new URL("../../examples/lasso.yaml", import.meta.url);

Deno.test("configJsonSchema() describes every key", () => {
  const walk = (node: SchemaNode, path: string): string[] => [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      ...(child.description === undefined ? [`${path}.${name}`] : []),
      ...walk(child, `${path}.${name}`),
    ]),
    ...(node.anyOf ?? []).flatMap((branch) => walk(branch, path)),
    ...(node.items === undefined ? [] : walk(node.items, `${path}[]`)),
    ...(typeof node.additionalProperties === "object" ? walk(node.additionalProperties, `${path}.*`) : []),
  ];
  assert.deepEqual(walk(configJsonSchema(), ""), []);
});

Deno.test("configJsonSchema() shows defaults, units and variables", () => {
  const server = configJsonSchema().properties?.["server"]?.anyOf?.[0]?.properties ?? {};
  assert.deepEqual(server["port"], {
    description: "TCP port to listen on; 0 takes a free one.",
    default: 4000,
    anyOf: [{ type: "integer", minimum: 0, maximum: 65535 }, { $ref: "#/$defs/variable" }],
  });
  assert.deepEqual(server["header_timeout"], {
    description: "Time a client has to send a request's headers.",
    default: "10s",
    anyOf: [{ type: "string", pattern: "^\\d+(\\.\\d+)?(ms|s|m|h)$" }, { $ref: "#/$defs/variable" }],
  });
  assert.equal(server["max_body"]?.default, "2mb");
});

Deno.test("configJsonSchema() accepts the example as it is written, and refuses a key that it does not know", () => {
  const schema = z.fromJSONSchema(configJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  const values: Record<string, unknown> = parse(Deno.readTextFileSync(example));
  const result = schema.safeParse(values);
  assert.ok(result.success, result.error?.message);
  assert.ok(!schema.safeParse({ ...values, sever: {} }).success);
  assert.ok(!schema.safeParse({ ...values, server: { port: "many" } }).success);
  assert.ok(!schema.safeParse({ ...values, defaults: { breaker: { window: 30 } } }).success);
});

Deno.test("knownKeys() finds the keys of a place, through maps, lists and choices", () => {
  assert.deepEqual(knownKeys(["chains", "x", "retry"]), ["rounds", "backoff", "max_backoff"]);
  assert.deepEqual(knownKeys(["chains", "x", "providers", 0, "methods"]), ["allow", "deny"]);
  assert.ok(knownKeys(["defaults", "breaker"]).includes("window"));
  assert.deepEqual(knownKeys(["chains", "x", "providers", 0, "headers"]), []);
});

Deno.test("examples/lasso.yaml is good, without any variable set", () => {
  const loaded = loadConfigFile(example.pathname, () => undefined, known);
  assert.ok(loaded.ok, loaded.ok ? "" : formatProblems(loaded.problems));
  assert.deepEqual(loaded.warnings, []);
  assert.deepEqual(loaded.settings.chains.map((chain) => [chain.name, chain.chainId, chain.strategy]), [
    ["ethereum", 1, "fastest"],
    ["base", 8453, "cheapest"],
    ["devnet", 31337, "fastest"],
  ]);
});

Deno.test("docs/config.md names every key and every built-in chain", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/config.md", import.meta.url));
  const keysOf = (node: SchemaNode): string[] => [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [name, ...keysOf(child)]),
    ...(node.anyOf ?? []).flatMap(keysOf),
    ...(node.items === undefined ? [] : keysOf(node.items)),
    ...(typeof node.additionalProperties === "object" ? keysOf(node.additionalProperties) : []),
  ];
  const words = new Set(docs.match(/[A-Za-z0-9_-]+/g));
  assert.deepEqual([...new Set(keysOf(configJsonSchema()))].filter((key) => !words.has(key)), []);
  assert.deepEqual(Object.keys(presetFiles).filter((name) => !docs.includes(`\`${name}\``)), []);
});
