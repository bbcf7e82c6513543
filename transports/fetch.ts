// The platform's fetch as a transport: slower than http on small answers, but it speaks HTTP/2. Keep-alive, ALPN and
// the name lookup are the platform's; tls.ca is trusted beside the public roots. Also what http hands an HTTP/2-only
// upstream over to.

import type { Clock } from "../core/clock.ts";
import type { PluginDeps } from "../core/plugins/deps.ts";
import type {
  Exchange,
  ReplySink,
  Transport,
  TransportPlugin,
  UpstreamCall,
  UpstreamTarget,
} from "../core/plugins/transport.ts";
import { maskUrl } from "../core/redact.ts";
import { busy, disposed } from "./http/failures.ts";
import { FetchExchange, type FetchOwner } from "./http/fetch_exchange.ts";
import { type NoOptions, noOptions } from "./http/no_options.ts";
import { maxWaitingCalls } from "./http/pool.ts";
import { percentDecoded, proxyUrl, requestFields, targetUrl } from "./http/request_head.ts";

class FetchTransport implements Transport, FetchOwner {
  readonly upstream: string;
  readonly bufferBytes: number;
  readonly maxResponseBytes: number;
  readonly clock: Clock;
  readonly url: string;
  readonly headers: Headers;
  readonly #target: UpstreamTarget;
  readonly #proxy: URL | null;
  readonly #active = new Set<FetchExchange>();
  readonly #waiting = new Set<FetchExchange>();
  #client: Deno.HttpClient | null = null;
  #disposed = false;

  constructor(target: UpstreamTarget, deps: PluginDeps) {
    const url = targetUrl(target);
    this.#target = target;
    this.#proxy = url.protocol === "https:" ? proxyUrl(target) : null;
    this.upstream = maskUrl(target.url);
    this.bufferBytes = target.bufferBytes;
    this.maxResponseBytes = target.maxResponseBytes;
    this.clock = deps.clock;
    this.headers = new Headers([...requestFields(target, url)]);
    url.username = "";
    url.password = "";
    this.url = url.href;
  }

  /** Calls under way: the platform does not tell its connections. */
  get connections(): number {
    return this.#active.size;
  }

  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const exchange = new FetchExchange(call, sink, this);
    if (this.#disposed) queueMicrotask(() => exchange.fail(disposed(this.upstream, false)));
    else if (this.#active.size < this.#target.maxConnections) this.#start(exchange);
    else if (this.#waiting.size < maxWaitingCalls) this.#waiting.add(exchange);
    else queueMicrotask(() => exchange.fail(busy(this.upstream, this.#target.maxConnections)));
    return exchange;
  }

  client(fresh: boolean): Deno.HttpClient {
    if (fresh) return this.#createClient();
    return this.#client ??= this.#createClient();
  }

  onDone(exchange: FetchExchange, client: Deno.HttpClient): void {
    this.#active.delete(exchange);
    if (client !== this.#client) client.close();
    const next = this.#waiting.values().next().value;
    if (next === undefined || this.#disposed) return;
    this.#waiting.delete(next);
    this.#start(next);
  }

  leave(exchange: FetchExchange): void {
    this.#waiting.delete(exchange);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    for (const exchange of this.#waiting) exchange.fail(disposed(this.upstream, false));
    this.#waiting.clear();
    const running = [...this.#running];
    for (const exchange of [...this.#active]) exchange.fail(disposed(this.upstream, true));
    await Promise.all(running);
    this.#client?.close();
    this.#client = null;
  }

  readonly #running = new Set<Promise<void>>();

  #start(exchange: FetchExchange): void {
    this.#active.add(exchange);
    const run = exchange.start().finally(() => this.#running.delete(run));
    this.#running.add(run);
  }

  #createClient(): Deno.HttpClient {
    const { tls } = this.#target;
    return Deno.createHttpClient({
      poolIdleTimeout: 50_000,
      ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
      ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
      ...(this.#proxy === null ? {} : { proxy: proxyOf(this.#proxy) }),
    });
  }
}

function proxyOf(url: URL): Deno.Proxy {
  const bare = new URL(url);
  bare.username = "";
  bare.password = "";
  if (url.username === "" && url.password === "") return { transport: "http", url: bare.href };
  const basicAuth = { username: percentDecoded(url.username), password: percentDecoded(url.password) };
  return { transport: "http", url: bare.href, basicAuth };
}

export default {
  kind: "transport",
  id: "fetch",
  protocol: "http",
  summary: "The platform's fetch: HTTP/1.1 and HTTP/2.",
  parse(raw: unknown): NoOptions {
    return noOptions("fetch", raw);
  },
  create(_options: NoOptions, target: UpstreamTarget, deps: PluginDeps): Transport {
    return new FetchTransport(target, deps);
  },
} satisfies TransportPlugin<NoOptions>;
