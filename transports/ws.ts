// WebSocket (RFC 6455): calls and subscriptions of one upstream over a few shared connections, told apart by their ids.
// With tls.ca the upstream is trusted through that CA only (not beside the public roots).

import type { PluginDeps } from "../core/plugins/deps.ts";
import type {
  Exchange,
  ReplySink,
  SubscriptionSink,
  Transport,
  TransportPlugin,
  UpstreamCall,
  UpstreamSubscription,
  UpstreamTarget,
} from "../core/plugins/transport.ts";
import { type Lookup, systemLookup } from "./http/addresses.ts";
import { type NoOptions, noOptions } from "./http/no_options.ts";
import { WsPool } from "./ws/pool.ts";

class WsTransport implements Transport {
  readonly #pool: WsPool;

  constructor(target: UpstreamTarget, deps: PluginDeps, lookup: Lookup) {
    this.#pool = new WsPool(target, deps, lookup);
  }

  get connections(): number {
    return this.#pool.connections;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    return this.#pool.send(call, sink);
  }

  subscribe(call: UpstreamCall, sink: SubscriptionSink): UpstreamSubscription {
    return this.#pool.subscribe(call, sink);
  }

  disconnect(why: string): void {
    this.#pool.disconnect(why);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool.dispose();
  }
}

/** What `create` does, with a name lookup of one's own. Throws a `config` error for a URL or header that can't work. */
export function createWsTransport(
  target: UpstreamTarget,
  deps: PluginDeps,
  lookup: Lookup = systemLookup,
): Transport & Required<Pick<Transport, "subscribe" | "disconnect">> {
  return new WsTransport(target, deps, lookup);
}

export default {
  kind: "transport",
  id: "ws",
  protocol: "ws",
  summary: "WebSocket: calls and subscriptions share a few connections.",
  parse(raw: unknown): NoOptions {
    return noOptions("ws", raw);
  },
  create(_options: NoOptions, target: UpstreamTarget, deps: PluginDeps): Transport {
    return createWsTransport(target, deps);
  },
} satisfies TransportPlugin<NoOptions>;
