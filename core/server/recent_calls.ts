// The newest client calls as plain facts, for who opens the feed: a ring whose slots are written over, so that a call
// costs a few writes and no allocation, and nothing of its Run is kept alive. Written by RequestObserver for each call.

import type { RoutingEvent } from "./feed_model.ts";

const kept = 100;

/** A finished call; written over when its place in the ring comes round again. */
export interface RecentCall {
  /** Epoch ms of its end; 0: the slot was not used yet. */
  at: number;
  chain: string;
  method: string;
  strategy: string;
  provider: string | null;
  transport: "http" | "ws" | null;
  durationMs: number;
  result: string;
  failovers: number;
  requestId: string;
}

export class RecentCalls {
  readonly #slots: readonly RecentCall[] = Array.from({ length: kept }, emptySlot);
  #at = 0;

  /** The slot of the oldest call, to be filled at once. */
  next(): RecentCall {
    const slot = this.#slots[this.#at]!;
    this.#at = this.#at === kept - 1 ? 0 : this.#at + 1;
    return slot;
  }

  /** Oldest first; `chain` null: of every chain. */
  events(chain: string | null): RoutingEvent[] {
    const found: RoutingEvent[] = [];
    for (let k = 0; k < kept; k++) {
      const call = this.#slots[(this.#at + k) % kept]!;
      if (call.at === 0 || (chain !== null && call.chain !== chain)) continue;
      found.push({ topic: "routing", at: call.at, chain: call.chain, ...routingFields(call) });
    }
    return found;
  }
}

/** What a routing event says beside topic, time and chain. */
export function routingFields(call: RecentCall): Omit<RoutingEvent, "topic" | "at" | "chain"> {
  return {
    method: call.method,
    strategy: call.strategy,
    provider_id: call.provider,
    transport: call.transport,
    duration_ms: Math.round(call.durationMs * 1000) / 1000,
    result: call.result,
    failover_count: call.failovers,
    request_id: call.requestId,
  };
}

function emptySlot(): RecentCall {
  return {
    at: 0,
    chain: "",
    method: "",
    strategy: "",
    provider: null,
    transport: null,
    durationMs: 0.5, // Not whole, so that the field is kept as the kind of number that it will hold.
    result: "",
    failovers: 0,
    requestId: "",
  };
}
