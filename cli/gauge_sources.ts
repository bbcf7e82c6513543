// The router's values that go up and down, as history keeps them: asked by the meter at the end of each second.

import type { GaugeSource } from "../core/measure/gauge_book.ts";
import type { ServerState } from "../core/server/state.ts";
import type { Streams } from "../core/streams/streams.ts";

/**
 * Per chain and provider `head` and `lag_blocks`, per chain `head` (while it is awake: what a sleeping chain knows is
 * old), `streams` and `stream_clients` (while there are any), of the process `in_flight` and `connections` (clients').
 */
export function routerGauges(state: ServerState, streams: Streams): GaugeSource {
  return (set) => {
    for (const { chain } of state.router.routes) {
      if (!chain.awake) continue;
      if (chain.head !== null) set(chain.name, "", "head", chain.head);
      for (const { id, head, channels } of chain.providers) {
        if (head === null) continue;
        set(chain.name, id, "head", head);
        const lagBlocks = channels[0]?.candidate.lagBlocks ?? null;
        if (lagBlocks !== null) set(chain.name, id, "lag_blocks", lagBlocks);
      }
    }
    for (const { chain, streams: open, clients } of streams.figures()) {
      if (open === 0 && clients === 0) continue;
      set(chain, "", "streams", open);
      set(chain, "", "stream_clients", clients);
    }
    set("", "", "in_flight", state.inFlight);
    set("", "", "connections", state.connections() + state.websockets());
  };
}
