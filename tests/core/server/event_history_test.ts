import assert from "node:assert/strict";
import { EventHistory } from "../../../core/server/event_history.ts";
import { EventHub, type FeedEvent } from "../../../core/server/event_hub.ts";
import { HeadLog } from "../../../core/server/head_log.ts";
import { CannedHistory } from "../../support/canned_history.ts";

Deno.test("EventHistory tells history what the hub says, but for calls and races", () => {
  const canned = new CannedHistory();
  const hub = new EventHub(() => 1_000);
  hub.listen(new EventHistory(canned.history));
  hub.emit("provider.set_aside", { chain: "ethereum", provider: "a", for_ms: 5 });
  hub.emit("config.reload", { result: "ok" });
  hub.publish("race", "ethereum", { event: "race.result" });
  hub.publish("routing", "ethereum", { method: "eth_call" });
  hub.publish("system", null, { note: 1 });
  const rest = { at: 1_000, chain: null, provider: null };
  assert.deepEqual(canned.told, [
    {
      at: 1_000,
      topic: "provider",
      chain: "ethereum",
      provider: "a",
      event: "provider.set_aside",
      fields: { for_ms: 5 },
    },
    { ...rest, topic: "config", event: "config.reload", fields: { result: "ok" } },
    { ...rest, topic: "system", event: "system", fields: { note: 1 } },
  ]);
});

Deno.test("EventHub.listeningToCalls holds while somebody wants to hear of each call", () => {
  const hub = new EventHub(() => 0);
  const heard: FeedEvent[] = [];
  const quiet = new EventHistory(new CannedHistory().history);
  const feed = { heard: (event: FeedEvent) => void heard.push(event) };
  assert.deepEqual([hub.listening, hub.listeningToCalls], [false, false]);
  hub.listen(quiet);
  assert.deepEqual([hub.listening, hub.listeningToCalls], [true, false]);
  hub.listen(feed);
  hub.listen(feed);
  assert.equal(hub.listeningToCalls, true);
  hub.publish("routing", "x", { a: 1 });
  assert.deepEqual(heard.map(({ fields, members }) => [fields, members]), [
    [{ a: 1 }, '"a":1'],
    [{ a: 1 }, '"a":1'],
  ]);
  hub.leave(feed);
  hub.leave(feed);
  assert.deepEqual([hub.listening, hub.listeningToCalls], [true, false]);
});

Deno.test("HeadLog keeps the newest heads of each chain, and who showed them", () => {
  const log = new HeadLog();
  let at = 0;
  const hub = new EventHub(() => ++at);
  hub.listen(log);
  for (let block = 1; block <= 300; block++) {
    hub.emit("head", { chain: block % 2 === 0 ? "even" : "odd", block, provider: "a" });
  }
  hub.emit("head", { chain: "odd", block: "0x1" });
  hub.emit("provider.lagging", { chain: "odd", block: 5 });
  hub.emit("head", { chain: "even", block: 302 });
  const known = (): boolean => true;
  assert.deepEqual(log.newest("even", 2, known), [
    { chain: "even", block: 302, at: 303, provider: null, hash: null },
    { chain: "even", block: 300, at: 300, provider: "a", hash: null },
  ]);
  assert.deepEqual(log.newest(null, 3, known).map(({ block }) => block), [302, 300, 299]);
  assert.deepEqual(
    log.newest(null, 9, (chain) => chain === "odd").map(({ chain }) => chain),
    Array(9).fill("odd"),
  );
  assert.equal(log.newest("odd", 1_000, known).length, 128);
  assert.deepEqual(log.newest("none", 5, known), []);
});
