import assert from "node:assert/strict";
import { shapeText } from "../../../../core/server/api/docs_shape.ts";
import { allRoutes } from "../../../../core/server/api/routes.ts";
import { CannedHistory } from "../../../support/canned_history.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

Deno.test("/docs is a page that needs nothing from elsewhere, and runs nothing of its own text", async () => {
  await using lasso = await TestLasso.start();
  const remote = { host: "lasso.example" };
  const { status, headers, body } = await lasso.get("/docs", remote);
  assert.deepEqual([status, headers["content-type"]], [200, "text/html; charset=utf-8"]);
  assert.equal(
    headers["content-security-policy"],
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; " +
      "frame-ancestors 'none'",
  );
  assert.ok(!/<style|\sstyle=|\son\w+=/.test(body), "inline style or handler");
  assert.deepEqual([...body.matchAll(/<script[^>]*>/g)].map(([tag]) => tag), [
    '<script src="/docs/script.js" defer>',
  ]);
  const links = [...body.matchAll(/(?:src|href)="([^"#][^"]*)"/g)].map((match) => match[1]!);
  assert.deepEqual(links.filter((link) => !link.startsWith("/") && !link.startsWith("data:")), []);
  for (const path of ["/docs/style.css", "/docs/script.js"]) {
    const part = await lasso.get(path, remote);
    assert.deepEqual([part.status, part.headers["x-content-type-options"]], [200, "nosniff"]);
    assert.ok(!/https?:\/\/(?!localhost|\\)/.test(part.body), path);
  }
});

Deno.test("/docs shows every described route with an id, a line to copy and its answer", async () => {
  await using lasso = await TestLasso.start();
  const { body } = await lasso.get("/docs");
  const { paths } = JSON.parse((await lasso.get("/openapi.json")).body);
  const ids = [...body.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]!);
  assert.equal(new Set(ids).size, ids.length);
  for (const [path, methods] of Object.entries<Record<string, { operationId: string }>>(paths)) {
    for (const [method, { operationId }] of Object.entries(methods)) {
      assert.ok(ids.includes(operationId), `${method} ${path}`);
      assert.ok(body.includes(`href="#${operationId}"`), path);
    }
  }
  for (
    const socket of [
      "/v1/ws/{chain}",
      "/channels/events",
      "/channels/chain/{chain}",
      "lasso.v1",
      "lasso.token.",
    ]
  ) {
    assert.ok(body.includes(`<code>${socket}`), socket);
  }
  const routes = allRoutes({ state: lasso.server.state, history: new CannedHistory().history });
  const described = routes.filter(({ path }) => !path.startsWith("/docs/"));
  assert.equal(body.split('<div class="curl">').length - 1, described.length);
});

Deno.test("shapeText() shows a schema as people write types", () => {
  const root = {
    components: { schemas: { Other: { type: "object", properties: { a: { type: "number" } } } } },
  };
  const schema = {
    type: "object",
    properties: {
      id: { type: "string", description: "Its name." },
      state: { type: "string", enum: ["up", "off"] },
      head: { type: ["integer", "null"] },
      at: { type: "string", format: "date-time" },
      errors: { type: "object", additionalProperties: { type: "number" } },
      any: {},
      list: { type: "array", items: { $ref: "#/components/schemas/Other" }, description: "Some." },
      either: { anyOf: [{ type: "number" }, { type: "null" }] },
    },
    required: ["id", "state", "head", "at", "errors", "any", "list"],
  };
  assert.equal(
    shapeText(schema, root),
    `{
  id: string  // Its name.
  state: "up" | "off"
  head: integer | null
  at: time
  errors: { [name]: number }
  any: any
  // Some.
  list: [{
    a?: number
  }]
  either?: number | null
}`,
  );
});
