// The contract of HTTP transports, as tests: every plugin that speaks HTTP runs it against the nasty server. A case
// that a plugin can't do is skipped by its name, with the reason.

import assert from "node:assert/strict";
import type { Transport, TransportFailureCode, TransportPlugin } from "../core/plugins/transport.ts";
import { allBytes, bigBytes, htmlBody, smallBody } from "./support/nasty_behaviours.ts";
import { NastyServer } from "./support/nasty_server.ts";
import { settles } from "./support/settles.ts";
import { ask, probe, testCall, testDeps, testTarget } from "./support/transport_probe.ts";

/** Case name → why the plugin can't do it. */
export type Skips = Readonly<Record<string, string>>;

interface Stage {
  readonly server: NastyServer;
  /** A transport to the behaviour of this name; disposed at the end. */
  to(path: string, more?: Parameters<typeof testTarget>[1]): Transport;
}

type Case = (stage: Stage) => Promise<void>;

/** The answer must arrive whole with this status and body. */
function replies(path: string, body: string, status = 200): Case {
  return async ({ to }) => {
    const outcome = await ask(to(path));
    assert.equal(outcome.failure, null);
    assert.equal(outcome.reply?.status, status);
    assert.equal(outcome.body, body);
  };
}

/** The call must fail with one of these codes, and the message must tell no path. */
function fails(path: string, ...codes: TransportFailureCode[]): Case {
  return async ({ server, to }) => {
    const { failure } = await ask(to(path, { maxResponseBytes: 1_000_000 }));
    assert.ok(failure !== null && codes.includes(failure.code), `${failure?.code} is none of ${codes}`);
    assert.equal(failure.sent, true);
    assert.ok(failure.message.includes(`http://127.0.0.1:${server.port}/***`), failure.message);
    assert.ok(!failure.message.includes(path), failure.message);
  };
}

const cases: Readonly<Record<string, Case>> = {
  "delivers a small answer": replies("ok", smallBody),
  "delivers an answer that comes byte by byte": replies("one_byte_writes", smallBody),
  "delivers a chunked answer with odd sizes, extensions and trailers": replies("chunked_odd", smallBody),
  "delivers a chunked answer that comes byte by byte": replies("chunked_bytewise", "0123456789"),
  "delivers an answer that the end of the connection ends": replies("close_delimited", smallBody),
  "delivers an answer with connection: close": replies("connection_close", smallBody),
  "delivers an HTTP/1.0 answer": replies("http10", smallBody),
  "delivers an HTTP/1.0 answer with a length": replies("http10_length", smallBody),
  "skips interim answers": replies("interim", smallBody),
  "delivers a 204 without body": replies("no_content", "", 204),
  "delivers an HTML error page with its status": replies("html_502", htmlBody, 502),
  "follows no redirect": replies("redirect", "moved", 302),
  "undoes gzip": replies("gzip", smallBody),
  "undoes deflate": replies("deflate", smallBody),
  "takes an answer that comes before the request is complete": replies("early", smallBody),
  "reads no further than the declared length": replies("length_short", smallBody.slice(0, 5)),
  "fails with eof when the declared length does not come": fails("length_long", "eof"),
  "fails with eof when the last chunk does not come": fails("chunked_cut", "eof"),
  "fails with eof when the server closes without an answer": fails("empty_close", "eof"),
  "fails with reset before the head": fails("reset_before_head", "reset"),
  "fails with reset in the head": fails("reset_mid_head", "reset"),
  "fails with reset in the body": fails("reset_mid_body", "reset"),
  "fails with malformed on two lengths": fails("two_lengths", "malformed"),
  "fails with malformed on a length beside chunked": fails("length_and_chunked", "malformed"),
  "fails with malformed on an impossible length": fails("length_bad", "malformed"),
  "fails with malformed on a broken chunk size": fails("chunk_garbage", "malformed"),
  "fails with malformed on lines without CR": fails("bare_lf", "malformed"),
  "fails with malformed on garbage": fails("garbage", "malformed"),
  "fails with malformed on an unasked switch of protocols": fails("switching", "malformed"),
  "fails with malformed on endless interim answers": fails("interim_endless", "malformed"),
  "fails with malformed on a head beyond 64 KB": fails("huge_head", "malformed"),
  "fails with malformed on a head without end": fails("endless_head", "malformed"),
  "fails with malformed on damaged gzip": fails("gzip_damaged", "malformed"),
  "fails with malformed on an unknown content encoding": fails("unknown_coding", "malformed"),
  "fails with too_large on a declared length": fails("big", "too_large"),
  "fails with too_large in the middle of a stream": fails("big_chunked", "too_large"),
  "counts decoded bytes for too_large": fails("gzip_bomb", "too_large"),

  "carries every byte unchanged, both ways": async ({ to }) => {
    assert.equal((await ask(to("all_bytes"))).body, allBytes.toString("latin1"));
    const body = `{"id":1,"x":"${allBytes.toString("latin1")}"}`;
    assert.equal((await ask(to("echo"), testCall({ body }))).body, body);
  },
  "sends one POST with the fields of a JSON-RPC client": async ({ server, to }) => {
    await ask(to("ok?key=1", { headers: { "X-Team": "core" } }));
    const { head, body } = server.requests[0]!;
    assert.equal(body, testCall().body);
    const fields = head.toLowerCase().split("\r\n");
    assert.equal(fields[0], "post /ok?key=1 http/1.1");
    for (
      const field of [
        `host: 127.0.0.1:${server.port}`,
        "content-type: application/json",
        "accept: application/json",
        "user-agent: lasso/0.1.0",
        "x-team: core",
        `content-length: ${body.length}`,
      ]
    ) assert.ok(fields.includes(field), `${field} is missing in\n${head}`);
  },
  "sends user and password of the URL as basic auth": async ({ server, to }) => {
    const url = `http://us%40er:p%C3%A4ss@127.0.0.1:${server.port}/ok`;
    const outcome = await ask(to("ok", { url }));
    assert.equal(outcome.body, smallBody);
    const { head } = server.requests[0]!;
    assert.match(head, /\r\nauthorization: Basic dXNAZXI6cMOkc3M=(\r\n|$)/i);
    assert.ok(!head.includes("us%40er"));
    const failed = await ask(to("garbage", { url: url.replace("/ok", "/length_long") }));
    assert.doesNotMatch(failed.failure!.message, /us%40er|us@er|p%C3|päss|dXNA/);
  },
  "reads Retry-After": async ({ to }) => {
    const { reply } = await ask(to("retry_after"));
    assert.equal(reply?.status, 429);
    assert.equal(reply?.retryAfterMs, 7_000);
  },
  "delivers whole what fits the buffer, and a head and a stream beyond it": async ({ to }) => {
    const whole = await ask(to("exact_buffer"));
    assert.equal(whole.reply?.rest, null);
    assert.equal(whole.bytes, 4_096);
    const streamed = await ask(to("over_buffer"));
    assert.ok(streamed.reply?.rest !== null);
    assert.equal(streamed.body, "a".repeat(4_097));
    const chunked = await ask(to("big_chunked"));
    assert.equal(chunked.bytes, 20_000_000);
    const inflated = await ask(to("gzip_large"));
    assert.equal(inflated.body, "a".repeat(3_000_000));
  },
  "streams 200 MB without keeping them": async ({ to }) => {
    const before = Deno.memoryUsage().rss;
    const outcome = await ask(to("big"));
    assert.equal(outcome.failure, null);
    assert.equal(outcome.bytes, bigBytes);
    assert.ok(Deno.memoryUsage().rss - before < 100_000_000);
  },
  "fails the stream when the body is cut after the buffer": async ({ to }) => {
    const outcome = await ask(to("big_cut"));
    assert.equal(outcome.reply?.status, 200);
    assert.equal(outcome.failure?.code, "eof");
  },
  "stops the flow while the sink is full, and goes on": async ({ to }) => {
    const transport = to("big_chunked");
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    transport.send(testCall(), {
      onFailure: (failure) => reject(failure),
      onReply: ({ body, rest }) => {
        let bytes = body.length;
        let full = false;
        let writes = 0;
        rest!.pipe({
          write: (chunk) => {
            if (full) reject(new Error("A chunk came though the sink was full."));
            bytes += chunk.length;
            full = ++writes % 3 === 0;
            if (full) {
              setTimeout(() => {
                full = false;
                rest!.resume();
              }, 0);
            }
            return !full;
          },
          end: () => resolve(bytes),
          fail: reject,
        });
      },
    });
    assert.equal(await promise, 20_000_000);
  },
  "cancel before the head frees the connection and silences the sink": async ({ server, to }) => {
    const call = probe(to("hang"));
    await server.until(({ requests }) => requests.length === 1);
    call.exchange.cancel();
    await server.until(({ open }) => open === 0);
    assert.equal(call.settled, 0);
    call.exchange.cancel();
  },
  "cancel in the body frees the connection and silences the sink": async ({ server, to }) => {
    const call = probe(to("hang_mid_body"));
    await server.until(({ requests }) => requests.length === 1);
    call.exchange.cancel();
    await server.until(({ open }) => open === 0);
    assert.equal(call.settled, 0);
  },
  "cancel of the stream frees the connection": async ({ server, to }) => {
    const transport = to("big");
    await new Promise<void>((resolve, reject) =>
      transport.send(testCall(), {
        onFailure: reject,
        onReply: ({ rest }) => {
          rest!.pipe({ write: () => true, end: reject, fail: reject });
          rest!.cancel();
          resolve();
        },
      })
    );
    await server.until(({ open, accepted }) => accepted === 1 && open === 0);
  },
  "reuses a connection, and a poisoned one not": async ({ server, to }) => {
    const kept = to("ok");
    for (let i = 0; i < 5; i++) assert.equal((await ask(kept)).body, smallBody);
    assert.equal(server.accepted, 1);
    const poisoned = to("extra_bytes");
    for (let i = 0; i < 3; i++) assert.equal((await ask(poisoned)).body, smallBody);
    assert.equal(server.accepted, 4);
  },
  "sends a fresh call over a new connection": async ({ server, to }) => {
    const transport = to("ok");
    await ask(transport);
    await ask(transport, testCall({ fresh: true }));
    assert.equal(server.accepted, 2);
  },
  "meets a server that closes after each answer without saying so": async ({ to }) => {
    const transport = to("close_after_each");
    for (let i = 0; i < 20; i++) {
      const outcome = await ask(transport);
      if (outcome.failure === null) assert.equal(outcome.body, smallBody);
      else assert.equal(outcome.failure.code, "stale");
    }
  },
  "serves 200 calls at once within its limit of connections": async ({ server, to }) => {
    const transport = to("echo", { maxConnections: 4 });
    const bodies = Array.from({ length: 200 }, (_, i) => `{"id":${i}}`);
    const answers = await Promise.all(bodies.map((body) => ask(transport, testCall({ body }))));
    assert.deepEqual(answers.map(({ body }) => body), bodies);
    assert.ok(server.accepted <= 4, `${server.accepted} connections`);
  },
  "fails with refused where nobody listens": async ({ to }) => {
    const closed = await NastyServer.start();
    const url = closed.url("secret");
    await closed[Symbol.asyncDispose]();
    const { failure } = await ask(to("", { url }));
    assert.equal(failure?.code, "refused");
    assert.equal(failure?.sent, false);
    assert.doesNotMatch(failure!.message, /secret/);
  },
  "fails with dns for a name that does not exist": async ({ to }) => {
    const { failure } = await ask(to("", { url: "http://nowhere.invalid:8545/secret" }));
    assert.equal(failure?.code, "dns");
    assert.equal(failure?.sent, false);
  },
  "fails with tls where the server speaks none": async ({ server, to }) => {
    const { failure } = await ask(to("", { url: `https://127.0.0.1:${server.port}/garbage` }));
    assert.equal(failure?.code, "tls");
    assert.equal(failure?.sent, false);
  },
  "works on after a failure": async ({ server, to }) => {
    const transport = to("close_on_second");
    assert.equal((await ask(transport)).body, smallBody);
    const second = await ask(transport);
    assert.ok(second.failure === null || second.failure.code === "stale", second.failure?.code);
    assert.equal((await ask(transport, testCall({ fresh: true }))).body, smallBody);
    assert.ok(server.requests.length <= 4);
  },
  "dispose fails what is under way with closed, and what comes later": async ({ server, to }) => {
    const transport = to("hang", { maxConnections: 2 });
    const calls = [1, 2, 3].map(() => ask(transport));
    await server.until(({ requests }) => requests.length === 2);
    await transport[Symbol.asyncDispose]();
    for (const { failure } of await Promise.all(calls)) assert.equal(failure?.code, "closed");
    assert.equal((await ask(transport)).failure?.code, "closed");
    await server.until(({ open }) => open === 0);
    assert.equal(transport.connections, 0);
  },
};

/** Registers the whole suite for a plugin without options. */
export function transportContract<Options>(
  name: string,
  plugin: TransportPlugin<Options>,
  skip: Skips = {},
): void {
  const unknown = Object.keys(skip).filter((title) => cases[title] === undefined);
  if (unknown.length > 0) throw new Error(`There is no case to skip of the name ${unknown.join(", ")}.`);

  Deno.test(`${name} parse() takes nothing or an empty object, and names what is more`, () => {
    plugin.parse(undefined);
    plugin.parse({});
    assert.throws(() => plugin.parse({ sped: 1 }), /sped/);
  });

  for (const [title, run] of Object.entries(cases)) {
    const reason = skip[title];
    Deno.test({
      name: `${name} send() ${title}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using server = await NastyServer.start();
        await using stack = new AsyncDisposableStack();
        const to: Stage["to"] = (path, more) => {
          const target = testTarget(server.url(path), more);
          const transport = plugin.create(plugin.parse(undefined), target, testDeps());
          stack.defer(() => settles(transport[Symbol.asyncDispose]()));
          return transport;
        };
        await settles(run({ server, to }));
      },
    });
  }
}
