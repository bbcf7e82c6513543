import assert from "node:assert/strict";
import { checkPluginIds } from "../../config/plugin_ids.ts";
import { loadGood } from "./load_support.ts";

const text = `plugins: [./sticky.ts]
defaults: { strategy: sticky }
chains:
  geo:
    chain_id: 5
    methods: { eth_call: { strategy: stiky } }
    provider: { transport: pigeon }
    providers: [{ id: a, url: 'https://a.example.com', transport: fetch }]
`;

Deno.test("checkPluginIds() leaves unknown ids alone until the plugins are loaded, then places them", () => {
  const loaded = loadGood(text, { files: { "/etc/lasso/sticky.ts": "" } });
  const problems = checkPluginIds(loaded, ["fastest", "sticky"], ["http", "fetch"]);
  assert.deepEqual(problems.map(({ line, column, path, nearest }) => [line, column, path, nearest]), [
    [6, 38, "chains.geo.methods.eth_call.strategy", "sticky"],
    [7, 28, "chains.geo.provider.transport", undefined],
  ]);
  assert.deepEqual(checkPluginIds(loaded, ["sticky", "stiky"], ["http", "fetch", "pigeon"]), []);
});

Deno.test("checkPluginIds() finds a chain whose name a plugin's strategy has", () => {
  const loaded = loadGood(text, { files: { "/etc/lasso/sticky.ts": "" } });
  const problems = checkPluginIds(loaded, ["sticky", "stiky", "geo"], ["fetch", "pigeon"]);
  assert.deepEqual(problems.map(({ path, message }) => [path, message]), [
    ["chains.geo", "this name is taken: it is a strategy"],
  ]);
});
