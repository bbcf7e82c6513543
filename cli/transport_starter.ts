// What `lasso plugin new transport` writes, as text; NAME stands for the plugin's id. It works as it is, and a test
// checks, runs and loads it. It may import nothing of Lasso but types.

export const transportStarter = {
  plugin:
    `// A transport for Lasso: it moves JSON-RPC text to one upstream and tells what happened. As it stands it is built on
// \`fetch\`. It never retries and never picks another provider: Lasso does. Change it to what you need, then run
//
//   deno test --allow-net NAME_test.ts
//
// Nothing of Lasso is needed at run time: lasso-plugin.d.ts, beside this file, is for your editor and \`deno check\`.

import { Buffer } from "node:buffer";
import type {
  BodySink,
  BodyStream,
  Clock,
  Exchange,
  PluginDeps,
  ReplySink,
  Transport,
  TransportFailure,
  TransportFailureCode,
  TransportPlugin,
  UpstreamCall,
  UpstreamTarget,
} from "./lasso-plugin.d.ts";

interface Options {
  /** Sent as user-agent; null: what fetch sends. */
  readonly userAgent: string | null;
}

function parse(raw: unknown): Options {
  const options = raw ?? {};
  if (typeof options !== "object" || Array.isArray(options)) throw new Error("options: expected a mapping");
  const { user_agent: userAgent = null, ...unknown } = options as Record<string, unknown>;
  // Be strict: a misspelt setting that does nothing is worse than an error.
  for (const key of Object.keys(unknown)) throw new Error(\`options.\${key}: unknown key; known is user_agent\`);
  if (userAgent !== null && typeof userAgent !== "string") {
    throw new Error("options.user_agent: expected a text");
  }
  return { userAgent };
}

/** Calls beyond \`maxConnections\` wait; beyond so many waiting ones the answer is \`busy\`. */
const maxWaiting = 1000;

class FetchTransport implements Transport {
  readonly #target: UpstreamTarget;
  readonly #clock: Clock;
  readonly #url: URL;
  readonly #headers: Headers;
  readonly #client: Deno.HttpClient;
  readonly #running = new Set<Call>();
  readonly #waiting = new Set<Call>();
  #closed = false;

  constructor(options: Options, target: UpstreamTarget, deps: PluginDeps) {
    this.#target = target;
    this.#clock = deps.clock;
    this.#client = newClient(target);
    this.#url = new URL(target.url);
    this.#headers = new Headers({ "content-type": "application/json", accept: "application/json" });
    if (options.userAgent !== null) this.#headers.set("user-agent", options.userAgent);
    if (this.#url.username !== "") this.#headers.set("authorization", basicAuth(this.#url));
    this.#url.username = this.#url.password = "";
    for (const [name, value] of Object.entries(target.headers)) this.#headers.set(name, value);
  }

  // fetch does not tell its connections: each call under way has one.
  get connections(): number {
    return this.#running.size;
  }

  // The sink must hear nothing before send has returned: Call answers from a promise's reaction at the earliest.
  send(call: UpstreamCall, sink: ReplySink): Exchange {
    const exchange = new Call(call, sink, this.#target, this.#clock, (settled) => this.#settled(settled));
    if (this.#closed) exchange.failSoon("closed", "the transport is closed");
    else if (this.#running.size < this.#target.maxConnections) this.#start(exchange);
    else if (this.#waiting.size < maxWaiting) this.#waiting.add(exchange);
    else exchange.failSoon("busy", "all connections are in use and the queue is full");
    return exchange;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const open = [...this.#waiting, ...this.#running];
    for (const exchange of open) exchange.fail("closed", "the transport was closed");
    await Promise.all(open.map((exchange) => exchange.done));
    this.#client.close();
  }

  #start(exchange: Call): void {
    this.#running.add(exchange);
    exchange.start(this.#url, this.#headers, this.#client);
  }

  #settled(exchange: Call): void {
    this.#waiting.delete(exchange);
    if (!this.#running.delete(exchange) || this.#closed) return;
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#waiting.delete(next);
    this.#start(next);
  }
}

/** One call under way, and the rest of its answer where that is long. */
class Call implements Exchange, BodyStream {
  readonly #call: UpstreamCall;
  readonly #sink: ReplySink;
  readonly #target: UpstreamTarget;
  readonly #clock: Clock;
  readonly #onSettled: (call: Call) => void;
  readonly #abort = new AbortController();
  #settled = false;
  #bytes = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  /** A client for this call alone. */
  #own: Deno.HttpClient | null = null;
  #headDelivered = false;
  /** Who hears failures once the head was delivered. */
  #rest: BodySink | null = null;
  /** Waits for somebody to hear it. */
  #unheard: TransportFailure | null = null;
  #resumed = false;
  #wake: (() => void) | null = null;
  /** Resolves when nothing of the call is left. */
  done: Promise<void> = Promise.resolve();

  constructor(
    call: UpstreamCall,
    sink: ReplySink,
    target: UpstreamTarget,
    clock: Clock,
    onSettled: (call: Call) => void,
  ) {
    this.#call = call;
    this.#sink = sink;
    this.#target = target;
    this.#clock = clock;
    this.#onSettled = onSettled;
  }

  start(url: URL, headers: Headers, shared: Deno.HttpClient): void {
    // \`fresh\` wants a connection that was never used: a client of its own has no other.
    if (this.#call.fresh) this.#own = newClient(this.#target);
    this.done = this.#run(url, headers, this.#own ?? shared);
  }

  cancel(): void {
    this.#finish();
  }

  failSoon(code: TransportFailureCode, message: string): void {
    queueMicrotask(() => this.fail(code, message, false));
  }

  fail(code: TransportFailureCode, message: string, sent = true): void {
    if (!this.#finish()) return;
    const failure: TransportFailure = { code, message, sent };
    if (!this.#headDelivered) this.#sink.onFailure(failure);
    else if (this.#rest !== null) this.#rest.fail(failure);
    else this.#unheard = failure;
  }

  pipe(sink: BodySink): void {
    this.#rest = sink;
    const failure = this.#unheard;
    if (failure !== null) queueMicrotask(() => sink.fail(failure));
    else this.done = this.#pump(sink);
  }

  resume(): void {
    this.#resumed = true;
    this.#wake?.();
  }

  async #run(url: URL, headers: Headers, client: Deno.HttpClient): Promise<void> {
    try {
      const response = await fetch(url, {
        method: "POST",
        headers,
        body: Buffer.from(this.#call.body, "latin1"), // Wire text has one byte per char.
        redirect: "manual",
        signal: this.#abort.signal,
        client,
      });
      await this.#receive(response);
    } catch (thrown) {
      const { code, message, sent } = failureOf(thrown, this.#target.proxy !== null);
      this.fail(code, message, sent);
    }
  }

  async #receive(response: Response): Promise<void> {
    const reader = this.#reader = response.body?.getReader();
    const chunks: Uint8Array[] = [];
    let ended = reader === undefined;
    while (reader !== undefined && this.#bytes <= this.#target.bufferBytes) {
      const { value, done } = await reader.read();
      if (this.#settled) return;
      ended = done;
      if (value === undefined) break;
      if (!this.#count(value)) return;
      chunks.push(value);
    }
    const reply = {
      status: response.status,
      retryAfterMs: retryAfterMs(response.headers.get("retry-after"), this.#clock.wallNow()),
      body: Buffer.concat(chunks).toString("latin1"),
      rest: ended ? null : this,
    };
    this.#headDelivered = true;
    if (ended) this.#finish();
    this.#sink.onReply(reply);
  }

  async #pump(sink: BodySink): Promise<void> {
    try {
      while (!this.#settled) {
        const { value, done } = await this.#reader!.read();
        if (this.#settled) return;
        if (done) {
          this.#finish();
          sink.end();
        } else if (this.#count(value)) {
          this.#resumed = false;
          if (!sink.write(value) && !this.#resumed && !this.#settled) {
            await new Promise<void>((resolve) => this.#wake = resolve);
          }
        }
      }
    } catch {
      this.fail("eof", "the answer was cut off");
    }
  }

  #count(chunk: Uint8Array): boolean {
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#target.maxResponseBytes) return true;
    this.fail("too_large", \`the answer is larger than \${this.#target.maxResponseBytes} bytes\`);
    return false;
  }

  /** false when the call had settled before. Frees the connection; a whole answer has left it already. */
  #finish(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    this.#abort.abort();
    this.#own?.close();
    this.#wake?.();
    this.#onSettled(this);
    return true;
  }
}

function newClient({ tls, proxy }: UpstreamTarget): Deno.HttpClient {
  return Deno.createHttpClient({
    ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
    ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
    ...(proxy === null ? {} : { proxy: { url: proxy } }),
  });
}

function basicAuth(url: URL): string {
  const user = \`\${decodeURIComponent(url.username)}:\${decodeURIComponent(url.password)}\`;
  return \`Basic \${Buffer.from(user).toString("base64")}\`;
}

/** The header is seconds or a date. */
function retryAfterMs(header: string | null, now: number): number | null {
  if (header === null || header.trim() === "") return null;
  const ms = /^\\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

/** fetch says only in words what went wrong. They hold the URL, so only their end is read and none is passed on. */
function failureOf(thrown: unknown, proxied: boolean): TransportFailure {
  const { cause } = thrown as Error;
  const words = cause instanceof Error ? cause.message.split("client error").at(-1)! : "";
  if (words.startsWith(" (Connect)")) {
    if (proxied) return notSent("proxy", "no connection through the proxy");
    if (/dns|lookup/i.test(words)) return notSent("dns", "the host name was not found");
    if (/timed out/i.test(words)) return notSent("connect_timeout", "the connection took too long");
    if (/refused|unreachable/i.test(words)) return notSent("refused", "the connection was refused");
    if (/reset/i.test(words)) return notSent("reset", "the connection was reset");
    return notSent("tls", "TLS failed");
  }
  if (/invalid/i.test(words)) return { code: "malformed", message: "the answer is not HTTP", sent: true };
  if (/reset/i.test(words)) return { code: "reset", message: "the connection was reset", sent: true };
  return { code: "eof", message: "the connection ended before the answer was whole", sent: true };
}

function notSent(code: TransportFailureCode, message: string): TransportFailure {
  return { code, message, sent: false };
}

export default {
  kind: "transport",
  id: "NAME",
  protocol: "http",
  summary: "HTTP by fetch.",
  parse,
  // Called once per provider that uses it. Connects with the first call, not before.
  create(options: Options, target: UpstreamTarget, deps: PluginDeps): Transport {
    return new FetchTransport(options, target, deps);
  },
} satisfies TransportPlugin<Options>;
`,
  test: `// What Lasso expects of every transport. Run it with \`deno test --allow-net NAME_test.ts\`.

import assert from "node:assert/strict";
import type {
  BodySink,
  PluginDeps,
  Reply,
  Transport,
  TransportFailure,
  UpstreamTarget,
} from "./lasso-plugin.d.ts";
import plugin from "./NAME.ts";

const deps: PluginDeps = {
  clock: {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    after: (ms, fire) => {
      const timer = setTimeout(fire, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  },
  random: { next: () => Math.random() },
  log: () => {},
  emit: () => {},
};

function open(port: number, over: Partial<UpstreamTarget> = {}): Transport {
  return plugin.create(plugin.parse(undefined), {
    chain: "ethereum",
    provider: "test",
    url: \`http://127.0.0.1:\${port}/\`,
    headers: {},
    tls: {},
    proxy: null,
    connectTimeoutMs: 1000,
    maxConnections: 4,
    bufferBytes: 1000,
    maxResponseBytes: 1_000_000,
    ...over,
  }, deps);
}

type Outcome = Reply | TransportFailure;

/** What the sink hears. */
function send(transport: Transport, body = "{}", fresh = false): Promise<Outcome> {
  return new Promise((resolve) => {
    transport.send({ id: 1, method: "eth_call", body, fresh }, { onReply: resolve, onFailure: resolve });
  });
}

function isReply(outcome: Outcome): asserts outcome is Reply {
  assert.ok("status" in outcome, JSON.stringify(outcome));
}

/** A server on a free port for the time of \`run\`. */
async function upstream(
  answer: (request: Request) => Response | Promise<Response>,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    await run(server.addr.port);
  } finally {
    await server.shutdown();
  }
}

Deno.test("parse() refuses an unknown key", () => {
  assert.throws(() => plugin.parse({ no_such_option: 1 }), /options\\.no_such_option/);
});

Deno.test("send() moves every byte unchanged, both ways", async () => {
  await upstream(async (request) => new Response(await request.bytes()), async (port) => {
    await using transport = open(port);
    const body = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join("");
    for (const fresh of [false, true]) {
      const outcome = await send(transport, body, fresh);
      isReply(outcome);
      assert.deepEqual([outcome.status, outcome.body, outcome.rest], [200, body, null]);
    }
  });
});

Deno.test("send() passes any status on, with Retry-After in milliseconds", async () => {
  const answer = (): Response => new Response("slow down", { status: 429, headers: { "retry-after": "7" } });
  await upstream(answer, async (port) => {
    await using transport = open(port);
    const outcome = await send(transport);
    isReply(outcome);
    assert.deepEqual([outcome.status, outcome.retryAfterMs, outcome.body], [429, 7000, "slow down"]);
  });
});

Deno.test("send() gives a long answer as a head and a stream, which can be paused", async () => {
  await upstream(() => new Response("x".repeat(300_000)), async (port) => {
    await using transport = open(port);
    const outcome = await send(transport);
    isReply(outcome);
    const { rest } = outcome;
    assert.ok(rest !== null);
    let bytes = outcome.body.length;
    await new Promise<void>((resolve, reject) => {
      const sink: BodySink = {
        write: (chunk) => {
          bytes += chunk.length;
          setTimeout(() => rest.resume(), 1);
          return false;
        },
        end: resolve,
        fail: ({ message }) => reject(new Error(message)),
      };
      rest.pipe(sink);
    });
    assert.equal(bytes, 300_000);
    assert.equal(transport.connections, 0);
  });
});

Deno.test("send() fails with too_large beyond maxResponseBytes", async () => {
  await upstream(() => new Response("x".repeat(900)), async (port) => {
    await using transport = open(port, { maxResponseBytes: 800 });
    const outcome = await send(transport);
    assert.equal("code" in outcome && outcome.code, "too_large");
  });
});

Deno.test("send() fails with refused, and knows that nothing was sent", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await using transport = open(port);
  const outcome = await send(transport);
  assert.deepEqual("code" in outcome && [outcome.code, outcome.sent], ["refused", false]);
});

Deno.test("[Symbol.asyncDispose]() fails what is under way with closed; cancel() ends a call unheard", async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<Response>();
  const answer = (): Promise<Response> => {
    arrived.resolve();
    return release.promise;
  };
  await upstream(answer, async (port) => {
    const transport = open(port);
    const heard: string[] = [];
    const sink = { onReply: () => heard.push("reply"), onFailure: () => heard.push("failure") };
    transport.send({ id: 1, method: "eth_call", body: "{}", fresh: false }, sink).cancel();
    const under = send(transport);
    await arrived.promise;
    await transport[Symbol.asyncDispose]();
    const outcome = await under;
    assert.equal("code" in outcome && outcome.code, "closed");
    assert.deepEqual([heard, transport.connections], [[], 0]);
    release.resolve(new Response("late"));
  });
});
`,
};
