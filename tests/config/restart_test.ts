import assert from "node:assert/strict";
import { restartKeys } from "../../config/restart.ts";
import type { LassoSettings } from "../../core/settings.ts";
import { goodChain, loadGood } from "./load_support.ts";

function settings(server: string): LassoSettings {
  return loadGood(`server: ${server}\n${goodChain}`).settings;
}

Deno.test("restartKeys() is empty for limits, those of WebSockets among them", () => {
  const next = settings(
    "{ max_batch: 7, ws: { queue: 1mb, max_frame: 1kb, ping: 1s, max_subscriptions: 2 } }",
  );
  assert.deepEqual(restartKeys(settings("{ max_batch: 8 }"), next), []);
});
