import assert from "node:assert/strict";
import { ofHistory, withLive } from "../../../ui/models/past_events.ts";

const row = {
  at: "2026-01-31T12:00:00.000Z",
  topic: "stream",
  chain: "base",
  provider: null,
  event: "stream.reorg",
  fields: { depth: 2 },
};

Deno.test("ofHistory() gives an event as the feed told it", () => {
  const at = Date.parse(row.at);
  assert.deepEqual(ofHistory(row), { topic: "stream", at, chain: "base", event: "stream.reorg", depth: 2 });
  assert.equal("chain" in ofHistory({ ...row, chain: null }), false);
});

Deno.test("withLive() gives each event once, newest first", () => {
  const past = ofHistory(row);
  const newer = { ...past, at: past.at + 5 };
  assert.deepEqual(withLive([past], [newer, { ...past }]), [newer, past]);
});
