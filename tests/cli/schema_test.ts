import assert from "node:assert/strict";
import { schema, schemaHelp } from "../../cli/schema.ts";
import { bufferIo } from "../support/buffer_io.ts";

Deno.test("schema() prints the JSON Schema of the config", async () => {
  const io = bufferIo();
  assert.equal(await schema([], io), 0);
  const printed = JSON.parse(io.stdout);
  assert.equal(printed.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(Object.keys(printed.properties), [
    "server",
    "defaults",
    "plugins",
    "chains",
    "alerts",
    "observability",
  ]);
  assert.deepEqual(printed.required, ["chains"]);
});

Deno.test("schema() prints its help, and refuses an unknown flag with it", async () => {
  const help = bufferIo();
  assert.equal(await schema(["-h"], help), 0);
  assert.equal(help.stdout, schemaHelp);
  const wrong = bufferIo();
  assert.equal(await schema(["--yaml"], wrong), 2);
  assert.ok(wrong.stderr.endsWith(schemaHelp));
});
