// What `lasso plugin new transport` writes, as text; NAME stands for the plugin's id. It works as it is, and a test
// checks, runs and loads it. It may import nothing of Lasso but types.

import { version } from "../core/version.ts";

export const transportStarter = {
  plugin:
    `// A transport for Lasso: it moves JSON-RPC text to one upstream and tells what happened. As it stands it is built on
// \`fetch\`. It never retries and never picks another provider: Lasso does. Change it to what you need, then run
//
//   deno test --allow-net NAME_test.ts
//
// Nothing of Lasso is needed at run time: lasso-plugin.d.ts, beside this file, is for your editor and \`deno check\`.

import { Buffer } from "node:buffer";
import { unescape } from "node:querystring";
import type {
  BodySink,
  BodyStream,
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
  /** Sent as user-agent. */
  readonly userAgent: string;
}

function parse(raw: unknown): Options {
  const options = raw ?? {};
  if (typeof options !== "object" || Array.isArray(options)) throw new Error("options: expected a mapping");
  const { user_agent: userAgent = "lasso/${version}", ...unknown } = options as Record<string, unknown>;
  // Be strict: a misspelt setting that does nothing is worse than an error.
  for (const key of Object.keys(unknown)) throw new Error(\`options.\${key}: unknown key; known is user_agent\`);
  if (typeof userAgent !== "string") throw new Error("options.user_agent: expected a text");
  return { userAgent };
}

/** Calls beyond \`maxConnections\` wait; beyond so many waiting ones the answer is \`busy\`. */
const maxWaiting = 1000;

const disposed = "can't be asked any more: its transport was disposed";

/** One upstream: what its calls share, and the queue in front of it. */
class FetchTransport implements Transport {
  readonly target: UpstreamTarget;
  readonly deps: PluginDeps;
  readonly url: URL;
  readonly headers: Headers;
  /** The upstream as messages show it. Its path and its user may be secret, so they must be in no message. */
  readonly name: string;
  /** It is for https alone. */
  readonly proxy: string | null;
  readonly #client: Deno.HttpClient;
  /** In order of arrival; a call that is given up leaves by itself. */
  readonly waiting = new Set<Call>();
  readonly #running = new Map<Call, Promise<void>>();
  #closed = false;

  constructor({ userAgent }: Options, target: UpstreamTarget, deps: PluginDeps) {
    const url = URL.parse(target.url);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new Error(\`\${target.chain}.\${target.provider}.url: this transport wants http or https\`);
    }
    this.target = target;
    this.deps = deps;
    this.url = url;
    this.name = \`\${url.protocol}//\${url.host}/***\`;
    this.headers = new Headers({
      "content-type": "application/json",
      accept: "application/json",
      "accept-encoding": "identity", // Or fetch asks for what it can undo, and undoes it out of our sight.
      "user-agent": userAgent,
    });
    if (url.username !== "" || url.password !== "") this.headers.set("authorization", basicAuth(url));
    url.username = url.password = "";
    for (const [field, value] of Object.entries(target.headers)) {
      try {
        this.headers.set(field, value);
      } catch { // Without the platform's words: they quote the value, which may be a key.
        throw new Error(\`\${target.chain}.\${target.provider}.headers: \${field} can't be sent as it is\`);
      }
    }
    this.proxy = url.protocol === "https:" ? target.proxy : null;
    this.#client = newClient(target.tls, this.proxy);
  }

  // fetch does not tell its connections: each call under way has one.
  get connections(): number {
    return this.#running.size;
  }

  // The sink must hear nothing before send has returned: what fails at once is told a bit later.
  send(request: UpstreamCall, sink: ReplySink): Exchange {
    const call = new Call(request, sink, this);
    if (this.#closed) queueMicrotask(() => call.fail("closed", disposed, false));
    else if (this.#running.size < this.target.maxConnections) this.#start(call);
    else if (this.waiting.size < maxWaiting) this.waiting.add(call);
    else queueMicrotask(() => call.fail("busy", "has no free connection and its queue is full", false));
    return call;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const call of [...this.waiting, ...this.#running.keys()]) {
      call.fail("closed", disposed, this.#running.has(call));
    }
    await Promise.all(this.#running.values());
    this.#client.close();
  }

  #start(call: Call): void {
    this.waiting.delete(call);
    this.#running.set(call, this.#run(call));
  }

  async #run(call: Call): Promise<void> {
    // \`fresh\` wants a connection that was never used: a client of its own has no other.
    const client = call.request.fresh ? newClient(this.target.tls, this.proxy) : this.#client;
    await call.run(client);
    if (client !== this.#client) client.close();
    this.#running.delete(call);
    const [next] = this.waiting;
    if (next !== undefined && !this.#closed) this.#start(next);
  }
}

/** One call and, where its answer is long, the rest of it. Settles once; then, or once cancelled, it tells no more. */
class Call implements Exchange, BodyStream {
  readonly request: UpstreamCall;
  readonly #sink: ReplySink;
  readonly #transport: FetchTransport;
  readonly #abort = new AbortController();
  #settled = false;
  #replied = false;
  /** Where the rest flows to. */
  #rest: BodySink | null = null;
  /** A failure between onReply and pipe. */
  #unheard: TransportFailure | null = null;
  /** The flow stops here until the sink wants more. */
  #gate = Promise.withResolvers<void>();

  constructor(request: UpstreamCall, sink: ReplySink, transport: FetchTransport) {
    this.request = request;
    this.#sink = sink;
    this.#transport = transport;
  }

  cancel(): void {
    this.#settled = true;
    this.#unheard = null;
    this.#giveUp();
  }

  /** \`what\` goes on where the upstream's name ends. \`sent\`: see TransportFailure; when in doubt, true. */
  fail(code: TransportFailureCode, what: string, sent = true): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#giveUp();
    const failure = { code, message: \`\${this.#transport.name} \${what}.\`, sent };
    if (!this.#replied) this.#sink.onFailure(failure);
    else if (this.#rest !== null) this.#rest.fail(failure);
    else this.#unheard = failure;
  }

  pipe(sink: BodySink): void {
    this.#rest = sink;
    if (this.#unheard === null) this.#gate.resolve();
    else sink.fail(this.#unheard);
  }

  resume(): void {
    if (this.#rest !== null) this.#gate.resolve();
  }

  /** Resolves, and never rejects, when nothing of the call is left. */
  async run(client: Deno.HttpClient): Promise<void> {
    const { url, headers, proxy } = this.#transport;
    const body = Buffer.from(this.request.body, "latin1"); // Wire text has one byte per char.
    const { signal } = this.#abort;
    try {
      const init = { method: "POST", headers, body, redirect: "manual", signal, client } as const;
      await this.#read(await fetch(url, init));
    } catch (thrown) {
      this.fail(...meaningOf(thrown, proxy !== null));
    }
  }

  /** Whole up to bufferBytes; beyond it as a head and a stream that goes no faster than its sink takes it. */
  async #read(response: Response): Promise<void> {
    const { bufferBytes, maxResponseBytes } = this.#transport.target;
    const tooLarge = (): void => this.fail("too_large", \`sent more than \${maxResponseBytes} bytes\`);
    if (response.status === 101) return this.fail("malformed", "switched protocols though nobody asked");
    const body = decoded(response);
    if (body === "unknown") return this.fail("malformed", "sent a content encoding that nobody asked for");
    const declared = body === response.body ? Number(response.headers.get("content-length")) : 0;
    if (declared > maxResponseBytes) return tooLarge();
    const reader = body?.getReader();
    const head: Uint8Array[] = [];
    let bytes = 0;
    try {
      while (reader !== undefined) {
        const { done, value } = await reader.read();
        if (this.#settled) return;
        if (done) break;
        bytes += value.length;
        if (bytes > maxResponseBytes) return tooLarge();
        this.#gate = Promise.withResolvers();
        if (!this.#replied) {
          head.push(value);
          if (bytes <= bufferBytes) continue;
          this.#reply(response, head, this);
        } else if (this.#rest!.write(value)) continue;
        await this.#gate.promise; // Opened by pipe and resume, perhaps already; and when the call is given up.
        if (this.#settled) return;
      }
      this.#settled = true;
      if (this.#replied) this.#rest!.end();
      else this.#reply(response, head, null);
    } finally {
      await reader?.cancel().catch(() => {}); // Frees what was not read; harmless after the end.
    }
  }

  #reply({ status, headers }: Response, head: Uint8Array[], rest: BodyStream | null): void {
    this.#replied = true;
    const body = Buffer.concat(head).toString("latin1");
    const wait = retryAfterMs(headers.get("retry-after"), this.#transport.deps.clock.wallNow());
    this.#sink.onReply({ status, retryAfterMs: wait, body, rest });
  }

  /** Closes the connection, if the call had one already. */
  #giveUp(): void {
    this.#transport.waiting.delete(this);
    this.#abort.abort();
    this.#gate.resolve();
  }
}

function newClient(tls: UpstreamTarget["tls"], proxy: string | null): Deno.HttpClient {
  return Deno.createHttpClient({
    poolIdleTimeout: 50_000, // Many balancers close idle connections after 60 s: be the first.
    ...(tls.ca === undefined ? {} : { caCerts: [tls.ca] }),
    ...(tls.cert === undefined || tls.key === undefined ? {} : { cert: tls.cert, key: tls.key }),
    ...(proxy === null ? {} : { proxy: { url: proxy } }),
  });
}

function basicAuth({ username, password }: URL): string {
  return \`Basic \${Buffer.from(\`\${unescape(username)}:\${unescape(password)}\`).toString("base64")}\`;
}

/** A server may encode though it was asked not to. */
function decoded({ headers, body }: Response): ReadableStream<Uint8Array> | null | "unknown" {
  const coding = headers.get("content-encoding")?.toLowerCase() ?? "identity";
  if (body === null || coding === "identity") return body;
  if (coding === "deflate") return body.pipeThrough(new DecompressionStream("deflate"));
  return /^(x-)?gzip$/.test(coding) ? body.pipeThrough(new DecompressionStream("gzip")) : "unknown";
}

/** The header is seconds or a date. */
function retryAfterMs(header: string | null, wallNow: number): number | null {
  const text = header?.trim() ?? "";
  const ms = /^\\d{1,9}(\\.\\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - wallNow;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

type Meaning = readonly [words: RegExp, code: TransportFailureCode, what: string];

/** fetch tells only in words what went wrong; the first row that matches counts. None of the words is passed on. */
const whileConnecting: readonly Meaning[] = [
  [/certificate|tls|corrupt message/, "tls", "offers no TLS connection that both sides accept"],
  [/proxy|tunnel/, "proxy", "can't be reached through the proxy"],
  [/dns error/, "dns", "has a name that can't be resolved"],
  [/timed out/, "connect_timeout", "did not take the connection in time"],
  [/reset|closed/, "reset", "reset the connection while it was opened"],
  [/^/, "refused", "refused the connection"],
];
const afterwards: readonly Meaning[] = [
  [/certificate/, "tls", "refused our certificate"],
  [/invalid|too large|corrupt|whole buffer/, "malformed", "sent a malformed answer"],
  [/reading a body|before message completed|eof/, "eof", "closed the connection before its answer was whole"],
  [/^/, "reset", "broke the connection"],
];

/** The arguments of Call.fail. */
function meaningOf(thrown: unknown, proxied: boolean): [TransportFailureCode, what: string, sent: boolean] {
  let last = thrown as Error;
  while (last.cause instanceof Error) last = last.cause;
  // What comes before these words holds the URL, which could match by accident.
  const words = last.message.split("client error ").at(-1)!.toLowerCase();
  const connecting = words.startsWith("(connect)");
  const meanings = connecting ? whileConnecting : afterwards;
  const [, code, what] = meanings.find(([pattern]) => pattern.test(words))!;
  // Through a proxy one connects to the proxy; only TLS is spoken with the upstream behind it.
  if (connecting && proxied && code !== "tls") return ["proxy", "can't be reached through the proxy", false];
  return [code, what, !connecting];
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
  });
});

Deno.test("send() fails with too_large beyond maxResponseBytes", async () => {
  await upstream(() => new Response("x".repeat(900)), async (port) => {
    await using transport = open(port, { maxResponseBytes: 800 });
    const outcome = await send(transport);
    assert.equal("code" in outcome && outcome.code, "too_large");
  });
});

Deno.test("send() fails with refused, knows that nothing was sent, and tells no secret", async () => {
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = free.addr;
  free.close();
  await using transport = open(port, { url: \`http://user:hidden@127.0.0.1:\${port}/hidden\` });
  const outcome = await send(transport);
  assert.ok("code" in outcome);
  assert.deepEqual([outcome.code, outcome.sent], ["refused", false]);
  assert.doesNotMatch(outcome.message, /hidden/);
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
