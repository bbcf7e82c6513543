import assert from "node:assert/strict";
import type { FeedChain, ProviderState } from "../../../core/server/feed_model.ts";
import { siteOf } from "../../../ui/models/site.ts";
import { worldAfter } from "../fixtures/recorded_feed.ts";

const { snapshot } = worldAfter();
const quiet = { ...snapshot, recent: { routing: [], events: [] } };
const chain = snapshot.chains[0]!;
const minute = { ...chain.minute, n: 0, failed: 0, success: null };

function fresh(state: ProviderState, more: Partial<FeedChain> = {}): FeedChain {
  const providers = chain.providers.map((one) => ({ ...one, state }));
  return { ...chain, awake: true, success_hour: null, minute, providers, ...more };
}

Deno.test("siteOf() runs once anybody has called", () => {
  assert.equal(siteOf(snapshot.chains, snapshot, 3), "running");
  assert.equal(siteOf([fresh("up")], quiet, 1), "running");
  assert.equal(siteOf([fresh("up", { success_hour: 0.5 })], quiet, 0), "running");
});

Deno.test("siteOf() has no traffic before the first call", () => {
  assert.equal(siteOf([fresh("unknown", { awake: false })], quiet, 0), "no_traffic");
  assert.equal(siteOf([fresh("up")], quiet, 0), "no_traffic");
});

Deno.test("siteOf() sees that there is no provider", () => {
  assert.equal(siteOf([], quiet, 0), "no_provider");
  assert.equal(siteOf([fresh("up", { providers: [] })], quiet, 0), "no_provider");
});

Deno.test("siteOf() says unreachable only when all are down and nothing was served lately", () => {
  assert.equal(siteOf([fresh("open")], quiet, 4), "unreachable");
  assert.equal(siteOf([fresh("open", { success_hour: 0.9 })], quiet, 4), "running");
  assert.equal(siteOf([fresh("open"), fresh("up")], quiet, 4), "running");
});
