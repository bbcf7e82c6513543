import assert from "node:assert/strict";
import type { StateEvent } from "../../../core/server/feed_model.ts";
import { eventText } from "../../../ui/models/event_text.ts";
import { recordedFeed } from "../fixtures/recorded_feed.ts";

const at = { at: 1_000, chain: "ethereum" } as const;

Deno.test("eventText() says a change of state with its reason", () => {
  const event: StateEvent = {
    ...at,
    topic: "provider",
    event: "provider.state",
    provider: "swift",
    transport: "http",
    state: "open",
    reason: "it refused the connection",
  };
  assert.equal(eventText(event), "swift http is open: it refused the connection (ethereum)");
});

Deno.test("eventText() says a fault and a mark", () => {
  const fault: StateEvent = {
    ...at,
    topic: "chaos",
    event: "fault.begin",
    provider: "swift",
    kind: "latency",
    ms: 400,
    until: 31_000,
  };
  assert.equal(eventText(fault), "swift fault: slower by 400 ms for 30 s (ethereum)");
  assert.equal(eventText({ at: 1, topic: "system", event: "mark", label: "deploy 42" }), "Mark: deploy 42");
});

Deno.test("eventText() shows an event that it does not know by its name and fields", () => {
  const event: StateEvent = { ...at, topic: "system", event: "mine.moved", from_shard: 3, list: [1] };
  assert.equal(eventText(event), "mine.moved – from shard 3 (ethereum)");
});

Deno.test("eventText() has words for every recorded event", () => {
  for (const message of recordedFeed) {
    if (message.type !== "batch") continue;
    for (const event of message.events) {
      if (event.topic === "routing" || event.event === "stats") continue;
      assert.doesNotMatch(eventText(event), /undefined|null|\[object|NaN/);
    }
  }
});
