// The contract of WebSocket transports, as tests: every plugin that speaks WebSocket runs it against the nasty server. A
// case that a plugin can't do is skipped by its name, with the reason.

import assert from "node:assert/strict";
import type { Transport, TransportFailureCode, TransportPlugin } from "../core/plugins/transport.ts";
import { textToWire } from "../core/rpc/wire.ts";
import { longResult, mixedText } from "./support/nasty_ws_behaviours.ts";
import { NastyWsServer, type WsBehaviour } from "./support/nasty_ws_server.ts";
import { subscribe } from "./support/subscription_probe.ts";
import { ask, probe, rpcCall, testDeps, testTarget } from "./support/transport_probe.ts";
import type { Skips } from "./transports_contract.ts";

interface Stage {
  readonly server: NastyWsServer;
  /** A transport to the behaviour of this name; disposed at the end. */
  to(path: string, more?: Parameters<typeof testTarget>[1]): Transport;
}

interface Case {
  /** In the place of those that the path chooses. */
  readonly behaviour?: WsBehaviour;
  run(stage: Stage): Promise<void>;
}

function of(run: Case["run"]): Case {
  return { run };
}

/** The result must arrive whole, as the answer to its call. */
function results(path: string, result: unknown = "0x1"): Case {
  return of(async ({ to }) => {
    const transport = to(path);
    for (const id of [1, 2]) {
      const { failure, reply, body } = await ask(transport, rpcCall(id));
      assert.equal(failure, null, failure?.message);
      assert.deepEqual([reply?.status, reply?.retryAfterMs, reply?.rest], [200, null, null]);
      const answer = JSON.parse(decoded(body)) as { readonly result: unknown };
      assert.deepEqual(answer.result, result);
    }
  });
}

function decoded(wire: string): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(
    Uint8Array.from(wire, (char) => char.charCodeAt(0)),
  );
}

/** The call must fail so once it was sent, and the connection must be closed with this code. */
function breaches(path: string, closeCode = 1002, code: TransportFailureCode = "malformed"): Case {
  return of(async ({ server, to }) => {
    const { failure } = await ask(to(path, { maxResponseBytes: 1_000_000 }), rpcCall(1));
    assert.equal(failure?.code, code, failure?.message);
    assert.equal(failure?.sent, true);
    assert.ok(failure.message.startsWith(`ws://127.0.0.1:${server.port}/*** `), failure.message);
    await server.until(({ open }) => open === 0);
    assert.equal(server.sessions[0]!.closeCode, closeCode);
  });
}

/** The call must fail after it was sent, because the connection went. */
function breaks(path: string, ...codes: TransportFailureCode[]): Case {
  return of(async ({ to }) => {
    const { failure } = await ask(to(path), rpcCall(1));
    assert.ok(failure !== null && codes.includes(failure.code), failure?.code);
    assert.equal(failure.sent, true);
  });
}

/** No connection comes about: the call was not sent. */
function refuses(path: string, ...codes: TransportFailureCode[]): Case {
  return of(async ({ server, to }) => {
    const transport = to(path, { connectTimeoutMs: 300 });
    const waiting = subscribe(transport, 2);
    const { failure } = await ask(transport, rpcCall(1));
    assert.ok(failure !== null && codes.includes(failure.code), `${failure?.code} ${failure?.message}`);
    assert.equal(failure.sent, false);
    assert.ok(!failure.message.includes(`/${path}`), failure.message);
    assert.deepEqual(waiting.heard, [`lost ${failure.code} false`]);
    await server.until(({ open }) => open === 0);
    assert.equal(server.requests.length, 0);
  });
}

/** The server's HTTP answer is handed on to all that waited. */
function passes(path: string, status: number, body: string, retryAfterMs: number | null = null): Case {
  return of(async ({ to }) => {
    const transport = to(path);
    const waiting = subscribe(transport, 2);
    const { reply } = await ask(transport, rpcCall(1));
    assert.deepEqual(reply, { status, body, retryAfterMs, rest: null });
    await waiting.until((heard) => heard.length > 0);
    assert.deepEqual(waiting.heard, [`refused ${status} ${body}`]);
  });
}

const subscribing: WsBehaviour = {
  request: (session, request) => {
    if (request.method === "eth_unsubscribe") return session.result(request, true);
    session.result(request, request.method === "eth_subscribe" ? `0xs${request.id}` : "0x1");
  },
};

const cases: Readonly<Record<string, Case>> = {
  "send() delivers an answer": results("ok"),
  "send() delivers an answer of a megabyte": results("long", longResult),
  "send() delivers text beyond ASCII": results("mixed", mixedText),
  "send() delivers an answer with its id last": results("result_first", { a: [1], id: 77 }),
  "send() delivers an answer in odd spelling": results("spaced"),
  "send() delivers an answer with escapes in its names": results("escaped"),
  "send() delivers an answer whose id is quoted, for others to judge": results("quoted_id"),
  "send() delivers a binary message": results("binary"),
  "send() delivers fragments with pings between them": results("in_pieces", mixedText),
  "send() delivers an answer that comes byte by byte": results("byte_by_byte", mixedText),
  "send() takes a frame that comes with the 101": results("early_frame"),
  "send() skips interim answers of the handshake": results("interim"),
  "send() ignores answers to nobody and notifications that nobody asked for": results("unknown_ids"),
  "send() ignores a second answer": results("twice"),
  "send() answers pings": of(async ({ server, to }) => {
    assert.equal((await ask(to("pings"), rpcCall(1))).failure, null);
    await server.until(({ sessions }) => sessions[0]!.pongs.length === 2);
    assert.deepEqual(server.sessions[0]!.pongs, ["who is there", "\xff\x00\x80"]);
  }),
  "send() gives an error without id to the only call": of(async ({ to }) => {
    for (const path of ["null_error", "no_id_error"]) {
      const { body } = await ask(to(path), rpcCall(1));
      assert.equal(JSON.parse(body).error.message, "slow down");
    }
  }),
  "send() closes on an error without id among several calls": {
    behaviour: {
      request: (session) => {
        if (session.requests.length === 2) session.text('{"id":null,"error":{"code":-32700,"message":"?"}}');
      },
    },
    run: async ({ server, to }) => {
      const transport = to("");
      const calls = await Promise.all([ask(transport, rpcCall(1)), ask(transport, rpcCall(2))]);
      assert.deepEqual(calls.map(({ failure }) => failure?.code), ["malformed", "malformed"]);
      await server.until(({ sessions }) => sessions[0]!.closeCode === 1002);
    },
  },
  "send() tells calls apart by their ids": {
    behaviour: {
      request: (session, request) => {
        if (session.requests.length < 300) return;
        if (request.id !== 300) return session.result(request, request.id);
        for (const each of session.requests.toReversed()) session.result(each, each.id);
      },
    },
    run: async ({ to }) => {
      const transport = to("");
      const ids = Array.from({ length: 300 }, (_, i) => i + 1);
      const bodies = await Promise.all(ids.map((id) => ask(transport, rpcCall(id))));
      assert.deepEqual(bodies.map(({ body }) => JSON.parse(body).result), ids);
    },
  },
  "send() writes what one turn sends in one go, each frame with a key of its own": of(
    async ({ server, to }) => {
      const transport = to("ok");
      await ask(transport, rpcCall(1));
      const before = server.sessions[0]!.chunks;
      await Promise.all(Array.from({ length: 50 }, (_, i) => ask(transport, rpcCall(i + 2))));
      assert.equal(server.sessions[0]!.chunks - before, 1);
      assert.equal(server.sessions[0]!.keys.size, 51);
    },
  ),
  "send() carries params of all sizes and any UTF-8": of(async ({ to }) => {
    const transport = to("echo_params");
    const sizes = [
      0,
      1,
      40,
      50,
      60,
      61,
      62,
      63,
      64,
      65,
      66,
      125,
      126,
      127,
      65_470,
      65_535,
      65_536,
      1_000_000,
    ];
    let id = 0;
    for (const size of sizes) {
      for (const unit of ["a", "ü世🌍"]) {
        const params = textToWire(JSON.stringify([unit.repeat(size / unit.length)]));
        const { body } = await ask(transport, rpcCall(++id, "eth_call", params));
        assert.equal(body, `{"jsonrpc":"2.0","id":${id},"result":${params}}`);
      }
    }
  }),
  "send() replaces bytes that are no UTF-8, which would end the connection": of(async ({ to }) => {
    const { body } = await ask(to("echo_params"), rpcCall(1, "eth_call", '["a\xff\xc3b"]'));
    assert.equal(decoded(body), '{"jsonrpc":"2.0","id":1,"result":["a\ufffd\ufffdb"]}');
  }),
  "send() asks for an upgrade in due form": of(async ({ server, to }) => {
    await ask(to("ok?key=1", { headers: { "X-Team": "core" } }), rpcCall(1));
    const fields = server.heads[0]!.toLowerCase().split("\r\n");
    assert.equal(fields[0], "get /ok?key=1 http/1.1");
    for (
      const field of [
        `host: 127.0.0.1:${server.port}`,
        "connection: upgrade",
        "upgrade: websocket",
        "sec-websocket-version: 13",
        "user-agent: lasso/0.1.0",
        "x-team: core",
      ]
    ) assert.ok(fields.includes(field), `${field} is missing in\n${fields.join("\n")}`);
    assert.match(server.heads[0]!, /\r\nsec-websocket-key: [A-Za-z0-9+/]{22}==(\r\n|$)/i);
    assert.doesNotMatch(server.heads[0]!, /extensions|content-type/i);
  }),
  "send() shows user and password of the URL as basic auth": of(async ({ server, to }) => {
    const url = `ws://us%40er:p%C3%A4ss@127.0.0.1:${server.port}/ok`;
    assert.equal((await ask(to("", { url }), rpcCall(1))).failure, null);
    assert.match(server.heads[0]!, /\r\nauthorization: Basic dXNAZXI6cMOkc3M=(\r\n|$)/i);
    const { failure } = await ask(to("", { url: url.replace("/ok", "/garbage") }), rpcCall(1));
    assert.doesNotMatch(failure!.message, /us%40er|us@er|p%C3|päss|dXNA/);
  }),

  "send() closes on a masked frame": breaches("masked"),
  "send() closes on a reserved bit": breaches("reserved_bit"),
  "send() closes on an unknown data opcode": breaches("opcode_3"),
  "send() closes on an unknown control opcode": breaches("opcode_11"),
  "send() closes on a long control frame": breaches("long_ping"),
  "send() closes on a fragmented control frame": breaches("fragmented_ping"),
  "send() closes on a continuation of nothing": breaches("continuation"),
  "send() closes on a message inside another": breaches("interleaved"),
  "send() closes on a length of too many bytes": breaches("long_length"),
  "send() closes on a length of a byte too many": breaches("longish_length"),
  "send() closes on a negative length": breaches("negative_length"),
  "send() closes on an absurd length": breaches("absurd_length", 1009),
  "send() closes on a close frame of one byte": breaches("one_byte_close"),
  "send() closes on an impossible close code": breaches("bad_close_code"),
  "send() closes on a close reason that is no UTF-8": breaches("bad_close_reason", 1007),
  "send() closes on HTTP after the handshake": breaches("http_again"),
  "send() closes on a message that is no JSON": breaches("no_json"),
  "send() closes on truncated JSON": breaches("cut_json"),
  "send() closes on an empty message": breaches("empty_message"),
  "send() closes on a batch": breaches("batch"),
  "send() closes on JSON that is no object": breaches("only_text"),
  "send() closes on a result without id": breaches("no_id"),
  "send() closes on an empty object": breaches("empty_object"),

  "send() fails with eof after a close frame, and answers it": breaches("close_1001", 1001, "eof"),
  "send() fails with eof after a bare close frame": breaches("close_bare", 1005, "eof"),
  "send() fails with eof where the server ends": breaks("end", "eof"),
  "send() fails with reset where the server resets": breaks("reset", "reset", "eof"),
  "send() fails with eof in the middle of a message": breaks("mid_message", "eof"),
  "send() fails with stale on a connection that was idle, and goes on with a fresh one": of(
    async ({ server, to }) => {
      const transport = to("close_on_second");
      assert.equal((await ask(transport, rpcCall(1))).failure, null);
      const { failure } = await ask(transport, rpcCall(2));
      assert.deepEqual([failure?.code, failure?.sent], ["stale", true]);
      assert.equal((await ask(transport, rpcCall(3, "eth_chainId", "[]", true))).failure, null);
      assert.equal(server.sessions.length, 2);
    },
  ),
  "send() sends a fresh call over a new connection": of(async ({ server, to }) => {
    const transport = to("ok");
    await ask(transport, rpcCall(1));
    await ask(transport, rpcCall(2, "eth_chainId", "[]", true));
    assert.equal(server.sessions.length, 2);
  }),
  "send() hands on a 401 of the handshake": passes("http_401", 401, '{"error":"bad key"}'),
  "send() hands on a 429 with Retry-After": passes("http_429", 429, "slow down", 7_000),
  "send() hands on a chunked 503": passes("http_503_chunked", 503, "out now"),
  "send() hands on a 502 that the close ends": passes("http_502_open_end", 502, "<html>502</html>"),
  "send() hands on a 200": passes("http_200", 200, "ok"),
  "send() fails with malformed where no HTTP is spoken": refuses("garbage", "malformed"),
  "send() fails with malformed on lines without CR": refuses("bare_lf", "malformed", "eof"),
  "send() fails with malformed on an endless head": refuses("endless_head", "malformed"),
  "send() fails with malformed on endless interim answers": refuses("endless_interim", "malformed"),
  "send() fails with malformed on a 101 without Upgrade": refuses("no_upgrade", "malformed"),
  "send() fails with malformed on a 101 to something else": refuses("other_upgrade", "malformed"),
  "send() fails with malformed on a 101 without Connection": refuses("no_connection", "malformed"),
  "send() fails with malformed on a 101 without accept": refuses("no_accept", "malformed"),
  "send() fails with malformed on a 101 with a wrong accept": refuses("wrong_accept", "malformed"),
  "send() fails with malformed on an extension": refuses("extension", "malformed"),
  "send() fails with malformed on a subprotocol": refuses("protocol", "malformed"),
  "send() fails with eof where the server hangs up": refuses("hang_up", "eof", "reset"),
  "send() fails with connect_timeout where the handshake is not answered": refuses(
    "silent",
    "connect_timeout",
  ),
  "send() fails with refused where nobody listens": of(async ({ to }) => {
    const closed = await NastyWsServer.start();
    const url = closed.url("secret");
    await closed[Symbol.asyncDispose]();
    const { failure } = await ask(to("", { url }), rpcCall(1));
    assert.deepEqual([failure?.code, failure?.sent], ["refused", false]);
    assert.doesNotMatch(failure!.message, /secret/);
  }),
  "send() fails with dns for a name that does not exist": of(async ({ to }) => {
    const { failure } = await ask(to("", { url: "ws://nowhere.invalid:8546/secret" }), rpcCall(1));
    assert.deepEqual([failure?.code, failure?.sent], ["dns", false]);
  }),
  "send() fails with tls where the server speaks none": of(async ({ server, to }) => {
    const { failure } = await ask(to("", { url: `wss://127.0.0.1:${server.port}/ok` }), rpcCall(1));
    assert.deepEqual([failure?.code, failure?.sent], ["tls", false]);
  }),
  "send() fails only the call whose answer is too long": {
    behaviour: {
      request: (session, request) => {
        if (request.method === "small") return session.result(request);
        const result = request.method === "last" ? "0x" : longResult;
        if (result === longResult) return session.result(request, result);
        session.text(`{"jsonrpc":"2.0","result":"${longResult}","id":${request.id}}`);
      },
    },
    run: async ({ server, to }) => {
      const transport = to("", { maxResponseBytes: 500_000 });
      const methods = ["small", "first", "last", "small"];
      const outcomes = await Promise.all(methods.map((method, i) => ask(transport, rpcCall(i + 1, method))));
      assert.deepEqual(
        outcomes.map(({ failure }) => failure?.code ?? "ok"),
        ["ok", "too_large", "too_large", "ok"],
      );
      assert.equal(server.sessions.length, 1);
    },
  },

  "cancel() of a call silences it, and the connection goes on": of(async ({ server, to }) => {
    const transport = to("hang");
    const call = probe(transport, rpcCall(1));
    await server.until(({ requests }) => requests.length === 1);
    call.exchange.cancel();
    server.sessions[0]!.result({ id: 1, method: "", params: [], text: "" });
    const next = ask(transport, rpcCall(2));
    await server.until(({ requests }) => requests.length === 2);
    server.sessions[0]!.result(server.requests[1]!);
    assert.equal((await next).failure, null);
    assert.equal(call.settled, 0);
    call.exchange.cancel();
    assert.equal(server.sessions.length, 1);
  }),
  "cancel() before the connection is open keeps the call from being sent": of(async ({ server, to }) => {
    const transport = to("ok");
    const call = probe(transport, rpcCall(1));
    call.exchange.cancel();
    assert.equal((await ask(transport, rpcCall(2))).failure, null);
    assert.deepEqual(server.requests.map(({ id }) => id), [2]);
    assert.equal(call.settled, 0);
  }),

  "subscribe() confirms, delivers events as they are spelt, and unsubscribes": {
    behaviour: subscribing,
    run: async ({ server, to }) => {
      const transport = to("");
      const heads = subscribe(transport, 1);
      await heads.until((heard) => heard.length === 1);
      const [session] = server.sessions;
      session!.text(
        '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xs1","result":{ "a" : 1.50 }}}',
      );
      session!.text(
        '{"params":{"result":[2],"subscription":"0xs1"},"method":"x_subscription","jsonrpc":"2.0"}',
      );
      session!.event("0xs1", "ü");
      session!.event("0xother", 0);
      assert.equal((await ask(transport, rpcCall(2))).failure, null);
      assert.deepEqual(heads.heard, [
        "confirmed",
        'event { "a" : 1.50 }',
        "event [2]",
        `event ${textToWire('"ü"')}`,
      ]);
      heads.subscription.cancel();
      heads.subscription.cancel();
      await server.until(({ requests }) => requests.length === 3);
      const { id, method, params } = server.requests[2]!;
      assert.deepEqual([typeof id, method, params], ["string", "eth_unsubscribe", ["0xs1"]]);
      session!.event("0xs1", 9);
      assert.equal((await ask(transport, rpcCall(3))).failure, null);
      assert.equal(heads.heard.length, 4);
      assert.equal(server.sessions.length, 1);
    },
  },
  "subscribe() keeps events that come before the confirmation": {
    behaviour: {
      request: (session, request) => {
        for (let i = 0; i < 3; i++) {
          session.event("0xmine", i);
          session.event("0xother", i);
        }
        session.result(request, "0xmine");
        session.event("0xmine", 3);
      },
    },
    run: async ({ to }) => {
      const heads = subscribe(to(""), 1);
      await heads.until((heard) => heard.length === 5);
      assert.deepEqual(heads.heard, ["confirmed", "event 0", "event 1", "event 2", "event 3"]);
    },
  },
  "subscribe() keeps the newest thousand of what comes too early": {
    behaviour: {
      request: (session, request) => {
        for (let i = 0; i < 1_500; i++) session.event("0xmine", i);
        session.result(request, "0xmine");
      },
    },
    run: async ({ to }) => {
      const heads = subscribe(to(""), 1);
      await heads.until((heard) => heard.at(-1) === "event 1499");
      assert.equal(heads.heard.length, 1_001);
      assert.equal(heads.heard[1], "event 500");
    },
  },
  "subscribe() tells subscriptions apart": {
    behaviour: subscribing,
    run: async ({ server, to }) => {
      const transport = to("");
      const [one, two] = [subscribe(transport, 1), subscribe(transport, 2)];
      await Promise.all([one, two].map((each) => each.until((heard) => heard.length === 1)));
      server.sessions[0]!.event("0xs2", "b");
      server.sessions[0]!.event("0xs1", "a");
      await Promise.all([one, two].map((each) => each.until((heard) => heard.length === 2)));
      assert.deepEqual([one.heard[1], two.heard[1]], ['event "a"', 'event "b"']);
    },
  },
  "subscribe() takes a number for an id": {
    behaviour: {
      request: (session, request) => {
        session.result(request, 7);
        session.text('{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":7,"result":1}}');
      },
    },
    run: async ({ to }) => {
      const heads = subscribe(to(""), 1);
      await heads.until((heard) => heard.length === 2);
      assert.deepEqual(heads.heard, ["confirmed", "event 1"]);
    },
  },
  "subscribe() hands on what is no subscription's id": {
    behaviour: {
      request: (session, request) => {
        const tail = request.id === 1 ? '"error":{"code":-32601,"message":"no"}' : '"result":null';
        session.text(`{"jsonrpc":"2.0","id":${request.id},${tail}}`);
      },
    },
    run: async ({ to }) => {
      const transport = to("");
      const refused = subscribe(transport, 1);
      await refused.until((heard) => heard.length === 1);
      assert.deepEqual(refused.heard, [
        'refused 200 {"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}}',
      ]);
      const odd = subscribe(transport, 2);
      await odd.until((heard) => heard.length === 1);
      assert.deepEqual(odd.heard, ['refused 200 {"jsonrpc":"2.0","id":2,"result":null}']);
    },
  },
  "subscribe() gives back what was cancelled before its confirmation": {
    behaviour: {
      request: (session, request) => {
        if (request.method === "eth_subscribe") return;
        session.result(request, true);
      },
    },
    run: async ({ server, to }) => {
      const transport = to("");
      const heads = subscribe(transport, 1);
      await server.until(({ requests }) => requests.length === 1);
      heads.subscription.cancel();
      server.sessions[0]!.result(server.requests[0]!, "0xlate");
      server.sessions[0]!.event("0xlate", 1);
      await server.until(({ requests }) => requests.length === 2);
      assert.deepEqual(server.requests[1]!.params, ["0xlate"]);
      assert.deepEqual(heads.heard, []);
    },
  },
  "subscribe() cancelled before the connection is open sends nothing": {
    behaviour: subscribing,
    run: async ({ server, to }) => {
      const transport = to("");
      const heads = subscribe(transport, 1);
      heads.subscription.cancel();
      assert.equal((await ask(transport, rpcCall(2))).failure, null);
      assert.deepEqual(server.requests.map(({ id }) => id), [2]);
      assert.deepEqual(heads.heard, []);
    },
  },
  "subscribe() may be cancelled from inside onConfirmed and onEvent": {
    behaviour: {
      request: (session, request) => {
        if (request.method === "eth_unsubscribe") return session.result(request, true);
        const id = `0xs${request.id}`;
        session.event(id, 1);
        session.event(id, 2);
        session.result(request, id);
      },
    },
    run: async ({ server, to }) => {
      const transport = to("");
      const one = subscribe(transport, 1, () => one.subscription.cancel());
      const two = subscribe(transport, 2, (what) => what === "confirmed" || two.subscription.cancel());
      await server.until(({ requests }) => requests.length === 4);
      assert.deepEqual([one.heard, two.heard], [["confirmed"], ["confirmed", "event 1"]]);
    },
  },
  "subscribe() hears onLost when the connection goes, confirmed or not": {
    behaviour: {
      request: (session, request) => {
        if (request.id === 1) return session.result(request, "0xs1");
        session.socket.end();
      },
    },
    run: async ({ to }) => {
      const transport = to("");
      const open = subscribe(transport, 1);
      await open.until((heard) => heard.length === 1);
      const asked = subscribe(transport, 2);
      await Promise.all([open, asked].map((each) => each.until((heard) => /lost/.test(heard.at(-1) ?? ""))));
      assert.match(open.heard.join(), /^confirmed,lost eof true$/);
      assert.match(asked.heard.join(), /^lost (eof|stale) true$/);
    },
  },
  "subscribe() is lost with the same id twice, a breach": {
    behaviour: { request: (session, request) => session.result(request, "0xsame") },
    run: async ({ server, to }) => {
      const transport = to("");
      const [one, two] = [subscribe(transport, 1), subscribe(transport, 2)];
      await Promise.all([one, two].map((each) => each.until((heard) => /lost/.test(heard.at(-1) ?? ""))));
      assert.deepEqual([one.heard, two.heard], [["confirmed", "lost malformed true"], [
        "lost malformed true",
      ]]);
      await server.until(({ sessions }) => sessions[0]!.closeCode === 1002);
    },
  },
  "subscribe() is lost where an error or too long an event leaves a hole": {
    behaviour: subscribing,
    run: async ({ server, to }) => {
      const transport = to("", { maxResponseBytes: 100_000 });
      const [one, two, three] = [1, 2, 3].map((id) => subscribe(transport, id));
      await Promise.all([one!, two!, three!].map((each) => each.until((heard) => heard.length === 1)));
      const [session] = server.sessions;
      session!.text(
        '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0xs1","error":{"code":-32000}}}',
      );
      session!.event("0xs2", longResult);
      session!.event("0xs3", "small");
      await three!.until((heard) => heard.length === 2);
      assert.deepEqual(one!.heard, ["confirmed", "lost malformed true"]);
      assert.deepEqual(two!.heard, ["confirmed", "lost too_large true"]);
      await server.until(({ requests }) => requests.length === 5);
      assert.equal(server.sessions.length, 1);
    },
  },

  "dispose() says 1000, fails everything with closed and frees the sockets": {
    behaviour: {
      request: (session, request) => {
        if (request.method === "eth_subscribe") session.result(request, "0xs");
      },
    },
    run: async ({ server, to }) => {
      const transport = to("");
      const open = subscribe(transport, 1);
      await open.until((heard) => heard.length === 1);
      const calls = [2, 3, 4].map((id) => ask(transport, rpcCall(id)));
      await server.until(({ requests }) => requests.length === 4);
      const unsent = ask(transport, rpcCall(5));
      await transport[Symbol.asyncDispose]();
      assert.equal(transport.connections, 0);
      for (const { failure } of await Promise.all(calls)) {
        assert.deepEqual([failure?.code, failure?.sent], ["closed", true]);
      }
      assert.deepEqual([(await unsent).failure?.code, (await unsent).failure?.sent], ["closed", false]);
      assert.deepEqual(open.heard, ["confirmed", "lost closed true"]);
      await server.until((each) => each.open === 0);
      assert.equal(server.sessions[0]!.closeCode, 1000);
      assert.equal((await ask(transport, rpcCall(6))).failure?.code, "closed");
      const late = subscribe(transport, 7);
      await late.until((heard) => heard.length === 1);
      assert.deepEqual(late.heard, ["lost closed false"]);
    },
  },
  "dispose() fails what waits for the connection": of(async ({ server, to }) => {
    const transport = to("silent");
    const call = ask(transport, rpcCall(1));
    await server.until(({ sessions }) => sessions.length === 1);
    await transport[Symbol.asyncDispose]();
    assert.deepEqual([(await call).failure?.code, (await call).failure?.sent], ["closed", false]);
    await server.until(({ open }) => open === 0);
  }),
  "dispose() does not wait long for a server that doesn't close": {
    behaviour: { closed: () => {} },
    run: async ({ server, to }) => {
      const transport = to("");
      await ask(transport, rpcCall(1));
      const before = performance.now();
      await transport[Symbol.asyncDispose]();
      assert.ok(performance.now() - before < 1_000);
      await server.until(({ open }) => open === 0);
    },
  },
};

/** A case, or a transport's end, that takes longer fails: one that hangs must not stop all the others. */
const settleWithinMs = 20_000;

async function settles(work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`It did not settle within ${settleWithinMs / 1_000} s.`);
  const timer = setTimeout(() => late.reject(error), settleWithinMs);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Registers the whole suite for a plugin without options. */
export function wsTransportContract<Options>(
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

  for (const [title, { behaviour, run }] of Object.entries(cases)) {
    const reason = skip[title];
    Deno.test({
      name: `${name} ${title}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using server = await NastyWsServer.start(behaviour === undefined ? {} : { behaviour });
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
