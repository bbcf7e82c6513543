import assert from "node:assert/strict";
import {
  foundLines,
  isLine,
  itemName,
  lineText,
  membersOf,
  scalarText,
} from "../../../ui/models/config_tree.ts";

const config = {
  server: { host: "127.0.0.1", port: 4000, admin_token: null, cors_origins: ["*"] },
  chains: [{
    name: "ethereum",
    breaker: { window_ms: 30_000 },
    providers: [{ id: "a b", url: "https://x/***" }],
  }],
  plugins: [],
};

Deno.test("foundLines() finds by path and value, names items of lists, and stops at its bound", () => {
  assert.deepEqual(foundLines(config, "Breaker window", 9), [
    { path: "chains.ethereum.breaker.window_ms", text: "30000" },
  ]);
  assert.deepEqual(foundLines(config, "a b url", 9).map(({ path }) => path), [
    "chains.ethereum.providers.a b.url",
  ]);
  assert.deepEqual(foundLines(config, "127.0", 9).map(({ path }) => path), ["server.host"]);
  assert.equal(foundLines(config, "", 3).length, 3);
  assert.deepEqual(foundLines(config, "nope", 9), []);
});

Deno.test("lineText() writes what stands on one line as YAML would", () => {
  assert.equal(lineText(["a", 1, null]), "[a, 1, null]");
  assert.equal(lineText([]), "[]");
  assert.equal(lineText({}), "{}");
  assert.equal(scalarText("two words"), '"two words"');
  assert.equal(scalarText("null"), '"null"');
  assert.equal(scalarText(true), "true");
  assert.deepEqual([isLine([1]), isLine([{}]), isLine({}), isLine({ a: 1 }), isLine(null)], [
    true,
    false,
    true,
    false,
    true,
  ]);
});

Deno.test("membersOf() calls items by name, id or number", () => {
  assert.deepEqual(membersOf([{ id: "x" }, { name: "y" }, [1]]).map(([name]) => name), ["x", "y", "3"]);
  assert.equal(itemName("text", 0), "1");
  assert.deepEqual(membersOf(null), []);
});
