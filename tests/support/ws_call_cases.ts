// Cases of the contract of WebSocket transports: calls, handshakes, breaches, and the end.

import assert from "node:assert/strict";
import type { TransportFailureCode } from "../../core/plugins/transport.ts";
import { textToWire } from "../../core/rpc/wire.ts";
import { longResult, mixedText } from "./nasty_ws_behaviours.ts";
import { NastyWsServer } from "./nasty_ws_server.ts";
import { subscribe } from "./subscription_probe.ts";
import { ask, probe, rpcCall } from "./transport_probe.ts";
import type { WsCase } from "./ws_case.ts";

function of(run: WsCase["run"]): WsCase {
  return { run };
}

/** The result must arrive whole, as the answer to its call. */
function results(path: string, result: unknown = "0x1"): WsCase {
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
function breaches(path: string, closeCode = 1002, code: TransportFailureCode = "malformed"): WsCase {
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
function breaks(path: string, ...codes: TransportFailureCode[]): WsCase {
  return of(async ({ to }) => {
    const { failure } = await ask(to(path), rpcCall(1));
    assert.ok(failure !== null && codes.includes(failure.code), failure?.code);
    assert.equal(failure.sent, true);
  });
}

/** No connection comes about: the call was not sent. */
function refuses(path: string, ...codes: TransportFailureCode[]): WsCase {
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
function passes(path: string, status: number, body: string, retryAfterMs: number | null = null): WsCase {
  return of(async ({ to }) => {
    const transport = to(path);
    const waiting = subscribe(transport, 2);
    const { reply } = await ask(transport, rpcCall(1));
    assert.deepEqual(reply, { status, body, retryAfterMs, rest: null });
    await waiting.until((heard) => heard.length > 0);
    assert.deepEqual(waiting.heard, [`refused ${status} ${body}`]);
  });
}

export const callCases: Readonly<Record<string, WsCase>> = {
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
  "send() gives an error without id to nobody where it may be a cancelled call's": {
    behaviour: { request: () => {} },
    run: async ({ server, to }) => {
      const transport = to("");
      const error = '{"id":null,"error":{"code":-32700,"message":"?"}}';
      const cancelled = probe(transport, rpcCall(1));
      await server.until(({ requests }) => requests.length === 1);
      cancelled.exchange.cancel();
      const [session] = server.sessions;
      session!.text(error);
      // The error has been read once the ping behind it is answered.
      session!.frame(9, "");
      await server.until(() => session!.pongs.length === 1);
      const next = ask(transport, rpcCall(2));
      await server.until(({ requests }) => requests.length === 2);
      session!.result(server.requests[1]!);
      assert.equal((await next).failure, null);

      const another = probe(transport, rpcCall(3));
      const waiting = ask(transport, rpcCall(4));
      await server.until(({ requests }) => requests.length === 4);
      another.exchange.cancel();
      session!.text(error);
      assert.equal((await waiting).failure?.code, "malformed");
      assert.equal(server.sessions.length, 1);
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
