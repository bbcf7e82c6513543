// The table of calls in flight, held against a Map.

import assert from "node:assert/strict";
import { below, seededRandom } from "../../core/random.ts";
import { InFlight } from "../../transports/ws/in_flight.ts";
import { WsCall } from "../../transports/ws/pending.ts";
import { rpcCall } from "../support/transport_probe.ts";

const sink = { onReply: () => {}, onFailure: () => {} };

Deno.test("InFlight finds each call by its id, whatever the others do: 40,000 seeded steps", () => {
  const random = seededRandom(7);
  const table = new InFlight();
  const known = new Map<number, WsCall>();
  let lastId = 2 ** 31 - 50_000;
  let frame = 0;
  for (let step = 0; step < 40_000; step++) {
    const wave = Math.floor(step / 8_000) % 2 === 0;
    if (below(random, 10) < (wave ? 6 : 4)) {
      const call = new WsCall(rpcCall(lastId += 1 + below(random, 3)), sink);
      call.frame = ++frame;
      table.add(call);
      known.set(call.call.id, call);
    } else {
      const ids = below(random, 4) === 0 ? [lastId - below(random, 600)] : [...known.keys()].slice(0, 3);
      const id = ids[below(random, ids.length)];
      if (id === undefined) continue;
      const wanted = known.get(id) ?? null;
      if (below(random, 2) === 0 || wanted === null) assert.equal(table.take(id), wanted);
      else assert.equal(table.remove(wanted), true);
      known.delete(id);
      if (wanted !== null) assert.equal(table.remove(wanted), false);
    }
    assert.equal(table.count, known.size);
  }
  assert.deepEqual(table.drain().map(({ call }) => call.id), [...known.keys()]);
  assert.equal(table.count, 0);
  assert.equal(table.take(lastId), null);
});
