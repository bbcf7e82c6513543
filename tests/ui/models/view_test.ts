import assert from "node:assert/strict";
import { tabs } from "../../../ui/models/tabs.ts";
import { readView, viewPath } from "../../../ui/models/view.ts";

Deno.test("readView() finds the tab, the chain and the rest", () => {
  assert.deepEqual(readView("/providers", "?chain=ethereum&sort=p99"), {
    tab: "providers",
    chain: "ethereum",
    params: { sort: "p99" },
  });
  assert.deepEqual(readView("/", ""), { tab: "overview", chain: null, params: {} });
});

Deno.test("readView() takes an unknown path as the overview", () => {
  assert.equal(readView("/melons", "").tab, "overview");
  assert.equal(readView("/providers/", "").tab, "providers");
});

Deno.test("viewPath() is read back as the same view", () => {
  for (const tab of tabs) {
    for (const chain of [null, "ethereum", "a b&c"]) {
      for (const params of [{}, { q: "eth_call & more", range: "1h" }]) {
        const { pathname, search } = new URL(viewPath({ tab, chain, params }), "http://localhost");
        assert.deepEqual(readView(pathname, search), { tab, chain, params });
      }
    }
  }
});

Deno.test("viewPath() leaves out what is empty", () => {
  assert.equal(viewPath({ tab: "overview", chain: null, params: { q: "" } }), "/");
  assert.equal(
    viewPath({ tab: "requests", chain: "base", params: { q: "", id: "1" } }),
    "/requests?chain=base&id=1",
  );
});
