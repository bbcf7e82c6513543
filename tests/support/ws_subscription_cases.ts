// Cases of the contract of WebSocket transports: subscriptions.

import assert from "node:assert/strict";
import { textToWire } from "../../core/rpc/wire.ts";
import { longResult } from "./nasty_ws_behaviours.ts";
import type { WsBehaviour } from "./nasty_ws_server.ts";
import { subscribe } from "./subscription_probe.ts";
import { ask, rpcCall } from "./transport_probe.ts";
import type { WsCase } from "./ws_case.ts";

const subscribing: WsBehaviour = {
  request: (session, request) => {
    if (request.method === "eth_unsubscribe") return session.result(request, true);
    session.result(request, request.method === "eth_subscribe" ? `0xs${request.id}` : "0x1");
  },
};

export const subscriptionCases: Readonly<Record<string, WsCase>> = {
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
};
