// HTTP/1.1 over pooled sockets: the default transport, made for many small answers and for large ones that pass
// through. Where the server speaks nothing but HTTP/2, it hands the upstream over to the fetch transport for good.
// With tls.ca the upstream is trusted through that CA only (not beside the public roots).

import type {
  Exchange,
  ReplySink,
  Transport,
  TransportPlugin,
  UpstreamCall,
  UpstreamTarget,
} from "../core/plugins/transport.ts";
import type { PluginDeps } from "../core/plugins/deps.ts";
import fetchTransport from "./fetch.ts";
import { type Lookup, systemLookup } from "./http/addresses.ts";
import type { HttpExchange } from "./http/http_exchange.ts";
import { type NoOptions, noOptions } from "./http/no_options.ts";
import { Pool } from "./http/pool.ts";
import { targetUrl } from "./http/request_head.ts";

class HttpTransport implements Transport {
  readonly #target: UpstreamTarget;
  readonly #deps: PluginDeps;
  readonly #pool: Pool;
  /** Set once the server turned out to speak only HTTP/2. */
  #successor: Transport | null = null;
  #disposed = false;

  constructor(target: UpstreamTarget, deps: PluginDeps, lookup: Lookup) {
    this.#target = target;
    this.#deps = deps;
    this.#pool = new Pool(target, targetUrl(target), deps.clock, lookup, (calls) => this.#handOver(calls));
  }

  get connections(): number {
    return this.#pool.connections + (this.#successor?.connections ?? 0);
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    return this.#successor === null ? this.#pool.send(call, sink) : this.#successor.send(call, sink);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    this.#pool.dispose();
    await this.#successor?.[Symbol.asyncDispose]();
  }

  #handOver(waiting: readonly HttpExchange[]): void {
    if (this.#disposed) return;
    if (this.#successor === null) {
      const { chain, provider } = this.#target;
      this.#successor = fetchTransport.create({}, this.#target, this.#deps);
      this.#deps.emit("http2_only", { chain, provider, transport: "fetch" });
      this.#deps.log("info", "The server speaks only HTTP/2: its calls go through fetch from now on.", {
        chain,
        provider,
      });
    }
    const successor = this.#successor;
    for (const exchange of waiting) exchange.handOver((call, sink) => successor.send(call, sink));
  }
}

/** What `create` does, with a name lookup of one's own. Throws a `config` error for a URL or header that can't work. */
export function createHttpTransport(
  target: UpstreamTarget,
  deps: PluginDeps,
  lookup: Lookup = systemLookup,
): Transport {
  return new HttpTransport(target, deps, lookup);
}

export default {
  kind: "transport",
  id: "http",
  protocol: "http",
  summary: "HTTP/1.1 over pooled sockets, with or without TLS; falls back to fetch for HTTP/2-only servers.",
  parse(raw: unknown): NoOptions {
    return noOptions("http", raw);
  },
  create(_options: NoOptions, target: UpstreamTarget, deps: PluginDeps): Transport {
    return createHttpTransport(target, deps);
  },
} satisfies TransportPlugin<NoOptions>;
