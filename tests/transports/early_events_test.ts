// What is kept of events that come before their subscription is confirmed.

import assert from "node:assert/strict";
import { EarlyEvents } from "../../transports/ws/early_events.ts";

Deno.test("EarlyEvents gives each subscription its own, in order, once", () => {
  const events = new EarlyEvents();
  for (const [id, result] of [["a", "1"], ["b", "2"], ["a", "3"]] as const) {
    assert.equal(events.keep(id, result, Number(result) * 10), 0);
  }
  assert.deepEqual(events.take("a"), [
    { subscription: "a", result: "1", arrivedAt: 10 },
    { subscription: "a", result: "3", arrivedAt: 30 },
  ]);
  assert.deepEqual(events.take("a"), []);
  assert.deepEqual(events.take("b").map(({ result }) => result), ["2"]);
});

Deno.test("EarlyEvents keeps at most 1,000 messages and 4 MB, and drops the oldest", () => {
  const many = new EarlyEvents();
  for (let i = 0; i < 1_000; i++) assert.equal(many.keep("a", String(i), 0), 0);
  assert.equal(many.keep("b", "x", 0), 1);
  assert.equal(many.take("a")[0]?.result, "1");

  const large = new EarlyEvents();
  const megabyte = "x".repeat(1_048_576);
  for (let i = 0; i < 4; i++) assert.equal(large.keep(String(i), megabyte, 0), 0);
  assert.equal(large.keep("4", "x", 0), 1);
  assert.equal(large.keep("5", megabyte, 0), 1);
  assert.deepEqual(["0", "1", "2", "4", "5"].map((id) => large.take(id).length), [0, 0, 1, 1, 1]);
  assert.equal(large.keep("6", "x".repeat(5_000_000), 0), 2);
  large.clear();
  assert.equal(large.keep("7", megabyte, 0), 0);
});
