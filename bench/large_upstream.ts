// An upstream whose eth_call results are 1 MB, as a process of its own: `deno run -A bench/large_upstream.ts PORT`.
// The result lies ready in memory; only head and id are written per call. HAProxy would build each such answer anew
// and be slower than the proxies that it feeds.

import { Buffer } from "node:buffer";
import net from "node:net";

/** One million bytes of hex and its prefix. */
export const largeResult = `0x${"5a".repeat(500_000)}`;

const tail = Buffer.from(`,"result":"${largeResult}"}`);

function answer(socket: net.Socket, body: string): void {
  const id = /"id":(\d+)/.exec(body)?.[1] ?? "null";
  const probe = /"method":"(eth_chainId|eth_blockNumber|eth_syncing)"/.exec(body)?.[1];
  const start = `{"jsonrpc":"2.0","id":${id}`;
  const rest = probe === undefined ? tail : Buffer.from(`,"result":${probeResults[probe]}}`);
  const length = start.length + rest.length;
  socket.cork();
  socket.write(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n${start}`,
  );
  socket.write(rest);
  socket.uncork();
}

const probeResults: Readonly<Record<string, string>> = {
  eth_chainId: '"0x1"',
  eth_blockNumber: '"0x112a880"',
  eth_syncing: "false",
};

/** Reads requests with content-length, one after the other; more HTTP than that no path of this benchmark speaks. */
function serve(socket: net.Socket): void {
  let waiting = "";
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    waiting += bytes.toString("latin1");
    for (;;) {
      const headEnd = waiting.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const length = /\r\ncontent-length: *(\d+)/i.exec(waiting.slice(0, headEnd))?.[1];
      if (length === undefined) return void socket.destroy();
      const end = headEnd + 4 + Number(length);
      if (waiting.length < end) return;
      answer(socket, waiting.slice(headEnd + 4, end));
      waiting = waiting.slice(end);
    }
  });
}

if (import.meta.main) {
  net.createServer(serve).listen(Number(Deno.args[0]), "127.0.0.1");
}
