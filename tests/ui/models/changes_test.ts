import assert from "node:assert/strict";
import type { StateEvent } from "../../../core/server/feed_model.ts";
import { toldOf } from "../../../ui/models/changes.ts";

function state(transport: string | null, at: number, more: Partial<StateEvent> = {}): StateEvent {
  return {
    ...{
      topic: "provider",
      event: "provider.state",
      at,
      chain: "ethereum",
      provider: "swift",
      state: "open",
    },
    transport,
    ...more,
  };
}

Deno.test("toldOf() tells a provider's change once, not for each transport too", () => {
  const whole = state(null, 1_000);
  assert.deepEqual(toldOf([state("ws", 1_001), whole, state("http", 999)], null), [whole]);
});

Deno.test("toldOf() keeps what a transport alone did", () => {
  const events = [state("ws", 1_000), state(null, 9_000), state(null, 1_000, { state: "up" })];
  assert.deepEqual(toldOf(events, null), events);
});

Deno.test("toldOf() leaves heads, clients and races out, and other chains where one is in view", () => {
  const system: StateEvent = { topic: "config", event: "config.reload", at: 1 };
  const head: StateEvent = { topic: "head", event: "head", at: 1, chain: "base" };
  assert.deepEqual(toldOf([system, head, state(null, 1)], "base"), [system]);
});
