import assert from "node:assert/strict";
import { Validator } from "@seriousme/openapi-schema-validator";
import { z } from "zod";
import { openApi, operationId } from "../../../../core/server/api/openapi.ts";
import { route } from "../../../../core/server/api/route.ts";
import { allRoutes } from "../../../../core/server/api/routes.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

Deno.test("/openapi.json is a valid description by OpenAPI 3.1's own schema", async () => {
  await using lasso = await TestLasso.start();
  const { status, headers, body } = await lasso.get("/openapi.json", { host: "evil.example" });
  assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
  const result = await new Validator().validate(JSON.parse(body));
  assert.deepEqual([result.valid, result.errors], [true, undefined]);
});

Deno.test("/openapi.json has each route that is served with its parameters, and no other", async () => {
  await using lasso = await TestLasso.start();
  const { paths } = JSON.parse((await lasso.get("/openapi.json")).body);
  const routes = allRoutes({ state: lasso.server.state, history: new CannedHistory().history });
  const ids = new Set<string>();
  for (const one of routes) {
    const operation = paths[one.path]?.[one.method];
    if (/^\/docs\/(?:style\.css|script\.js)$/.test(one.path)) {
      assert.equal(operation, undefined, one.path);
      continue;
    }
    assert.ok(operation !== undefined, `${one.method} ${one.path}`);
    assert.equal(operation.operationId, operationId(one));
    assert.ok(!ids.has(operation.operationId), operation.operationId);
    ids.add(operation.operationId);
    const names = [...one.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const inPath = (operation.parameters ?? []).filter((one: { in: string }) => one.in === "path");
    assert.deepEqual(inPath.map(({ name }: { name: string }) => name), names, one.path);
    assert.deepEqual(operation.security, one.access === "open" ? [] : [{ token: [] }, {}]);
    const statuses = Object.keys(operation.responses);
    assert.ok(statuses.includes("200") && statuses.includes("400"), one.path);
    assert.equal(statuses.includes("415"), one.method !== "get", one.path);
    const media = Object.keys(operation.responses["200"].content);
    assert.deepEqual(media, [one.media ?? "application/json"], one.path);
  }
  const described = Object.values<object>(paths).flatMap((methods) => Object.keys(methods));
  assert.equal(ids.size, described.length, "something is described that is not served");
  assert.ok(ids.has("getApiBattlesByIdReportHtml"), "the page of a report");
});

Deno.test("openApi() describes what comes in by its texts, what goes out by its values", () => {
  const text = z.string().transform(Number).meta({ type: "integer", minimum: 1, description: "A number." });
  const description = openApi([route({
    method: "post",
    path: "/api/x/{id}",
    tag: "x",
    access: "read",
    summary: "X",
    params: z.strictObject({ id: text }),
    query: z.strictObject({ at: text.optional(), by: z.enum(["a", "b"]) }),
    body: z.strictObject({ name: z.string() }),
    data: z.strictObject({ at: z.number().nullable() }),
    errors: { 404: "Not there." },
    handle: () => ({ data: { at: null } }),
  })], { version: "1" });
  const operation =
    (description.paths as Record<string, Record<string, Record<string, unknown>>>)["/api/x/{id}"]!.post!;
  assert.equal(operation.operationId, "postApiXById");
  assert.deepEqual(operation.parameters, [
    {
      name: "id",
      in: "path",
      required: true,
      description: "A number.",
      schema: { type: "integer", minimum: 1 },
    },
    {
      name: "at",
      in: "query",
      required: false,
      description: "A number.",
      schema: { type: "integer", minimum: 1 },
    },
    { name: "by", in: "query", required: true, schema: { type: "string", enum: ["a", "b"] } },
  ]);
  const responses = operation.responses as Record<
    string,
    { content: Record<string, { schema: { properties: unknown } }> }
  >;
  assert.deepEqual(Object.keys(responses), ["200", "400", "401", "403", "404", "413", "415"]);
  assert.deepEqual(
    (responses["200"]!.content["application/json"]!.schema.properties as { data: unknown }).data,
    {
      type: "object",
      properties: { at: { type: ["number", "null"] } },
      required: ["at"],
      additionalProperties: false,
    },
  );
});

Deno.test("openApi() moves definitions that a schema shares with itself to the components", () => {
  interface Tree {
    readonly name: string;
    readonly children: readonly Tree[];
  }
  const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ name: z.string(), children: z.array(tree) }));
  const description = openApi([route({
    method: "get",
    path: "/api/tree",
    tag: "x",
    access: "read",
    summary: "X",
    data: z.array(tree),
    handle: () => ({ data: [] }),
  })], { version: "1" });
  const text = JSON.stringify(description);
  assert.ok(!text.includes("#/$defs/"));
  const refs = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!);
  const { schemas } = description.components as { schemas: Record<string, unknown> };
  assert.ok(refs.some((name) => name.startsWith("getApiTree_output_")), text);
  for (const name of refs) assert.ok(name in schemas, name);
});
