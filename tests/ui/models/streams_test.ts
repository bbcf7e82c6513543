import assert from "node:assert/strict";
import {
  byTrouble,
  feeding,
  keyText,
  streamId,
  type StreamRow,
  type StreamUpstream,
} from "../../../ui/models/streams.ts";

function upstream(state: StreamUpstream["state"]): StreamUpstream {
  return { provider: "a", transport: "ws", state, since: "", heard_at: "" };
}

function stream(key: string, more: Partial<StreamRow> = {}): StreamRow {
  return {
    ...{ chain: "base", type: "newHeads", key, clients: 1, upstreams: [upstream("open")], position: 1 },
    ...{ filled: 0, gaps: 0, failovers: 0, buffered: 0, slowest_client_bytes: 0 },
    ...more,
  };
}

Deno.test("keyText() says in short what a subscription asks for beside its type", () => {
  assert.equal(keyText('["newHeads"]'), "");
  assert.equal(keyText('["newPendingTransactions",true]'), "full transactions");
  const address = "0x1e8221b2f028a62e569a0627febbd79dfad8e35e";
  assert.equal(keyText(`["logs",{"address":"${address}"}]`), "address 0x1e8221…e35e");
  assert.equal(
    keyText(`["logs",{"address":["${address}"],"topics":[null,"0x1"]}]`),
    "address 0x1e8221…e35e, 2 topics",
  );
  assert.equal(keyText(`["logs",{"address":["0x1","0x2"]}]`), "2 × address");
  assert.equal(keyText("not json"), "not json");
  assert.equal(keyText('{"a":1}'), '{"a":1}');
});

Deno.test("feeding() is what the best of the upstreams does", () => {
  assert.equal(feeding({ upstreams: [upstream("over"), upstream("open")] }), "fed");
  assert.equal(feeding({ upstreams: [upstream("over"), upstream("opening")] }), "waiting");
  assert.equal(feeding({ upstreams: [upstream("over")] }), "cut");
  assert.equal(feeding({ upstreams: [] }), "cut");
});

Deno.test("byTrouble() puts streams that nobody feeds first, then those with gaps, then the most clients", () => {
  const rows = [
    stream("few"),
    stream("many", { clients: 9 }),
    stream("gaps", { gaps: 1 }),
    stream("cut", { upstreams: [] }),
    stream("waits", { upstreams: [upstream("opening")] }),
  ];
  assert.deepEqual(byTrouble(rows).map(({ key }) => key), ["cut", "waits", "gaps", "many", "few"]);
  assert.equal(streamId(rows[0]!), "base few");
});
