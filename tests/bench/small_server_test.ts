// The benchmark's own sockets: the small server with HTTP and WebSocket, the client of single calls, the commands.

import assert from "node:assert/strict";
import type { Server } from "node:http";
import type net from "node:net";
import type { AddressInfo } from "node:net";
import { answerText, CallReader } from "../../bench/call_reader.ts";
import { command, serveCommands } from "../../bench/control.ts";
import { smallResult } from "../../bench/haproxy.ts";
import { readCall } from "../../bench/node_answers.ts";
import { RpcConnection } from "../../bench/rpc_connection.ts";
import { listen, writeAnswer } from "../../bench/small_server.ts";
import { directRate } from "../../bench/ws_direct.ts";

async function within(server: net.Server | Server, use: (port: number) => Promise<void>): Promise<void> {
  if (!server.listening) await new Promise((resolve) => server.once("listening", resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    if ("closeAllConnections" in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Answers each call with its path, over HTTP; eth_call over WebSocket. */
function upstream(status?: string): net.Server {
  return listen(0, {
    request: (path, body, socket) =>
      writeAnswer(socket, answerText(readCall(body).id, JSON.stringify(path)), status),
    upgraded: (_path, socket) => {
      const reader = new CallReader(() => null);
      return (chunk) => {
        const answers = reader.feed(chunk);
        if (answers !== null) socket.write(answers);
      };
    },
  });
}

Deno.test("RpcConnection asks one call after the other over one connection", async () => {
  await within(upstream(), async (port) => {
    const connection = await RpcConnection.open(port);
    const first = await connection.ask("/one", {}, 1);
    const second = await connection.ask("/two", { "X-Lasso-Transport": "ws" }, 2);
    assert.deepEqual([first.result, second.result], ["/one", "/two"]);
    assert.ok(first.sentAt <= first.gotAt && first.gotAt <= second.sentAt);
    connection.close();
  });
});

Deno.test("RpcConnection takes no answer but a result", async () => {
  await within(upstream("503 Busy"), async (port) => {
    const connection = await RpcConnection.open(port);
    await assert.rejects(connection.ask("/", {}, 1), /^Error: A wrong answer \(status 503\)/);
    connection.close();
  });
});

Deno.test("directRate() counts the answers of a WebSocket upstream", async () => {
  await within(upstream(), async (port) => {
    const rate = await directRate(`127.0.0.1:${port}`, 8, 0.1);
    assert.ok(rate > 100, `${rate} answers/s`);
  });
});

Deno.test("command() gives what the process returned, and throws what it threw", async () => {
  const server = serveCommands(0, {
    sum: ({ a, b }) => (a as number) + (b as number),
    later: () => Promise.resolve([smallResult]),
    nothing: () => {},
    fail: () => {
      throw new Error("no clients");
    },
  });
  await within(server, async (port) => {
    assert.equal(await command<number>(port, "sum", { a: 2, b: 3 }), 5);
    assert.deepEqual(await command(port, "later"), [smallResult]);
    assert.equal(await command(port, "nothing"), null);
    await assert.rejects(command(port, "fail"), new Error("fail: no clients"));
    await assert.rejects(command(port, "other"), new Error("other: no command other"));
  });
});
