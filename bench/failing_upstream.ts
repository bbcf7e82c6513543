// Two providers as one process: `deno run -A bench/failing_upstream.ts FIRST_PORT NEXT_PORT`. The first takes each
// eth_call and fails it after a while: by the first part of its path it resets the connection or answers 503; over
// WebSocket it kills the socket with all calls on it. The next answers each after a while, and its result says when the
// call failed at the first. The second part of the path is the chain's id. Started by P14.

import type { Buffer } from "node:buffer";
import type net from "node:net";
import { answerText } from "./call_reader.ts";
import { timesResult } from "./failover_times.ts";
import { type NodeCall, readCall } from "./node_answers.ts";
import { listen, type SmallHandler, writeAnswer } from "./small_server.ts";
import { sharedNow } from "./ticker.ts";
import { FrameReader, opPing, opPong, opText, serverFrame } from "./ws_frames.ts";

/** From a call's arrival to its failure, or its answer. */
const failMs = 10;
const answerMs = 20;

/** When each call failed last, by the data of the call. */
const failedAt = new Map<string, number>();

function keyOf({ params }: NodeCall): string {
  return (params[0] as { data: string }).data;
}

/** What every provider answers at once; null: the call is up to it. */
function probeAnswer({ id, method }: NodeCall, path: string): string | null {
  const chainId = Number(path.split("/")[2]);
  if (method === "eth_chainId") return answerText(id, `"0x${chainId.toString(16)}"`);
  if (method === "eth_blockNumber") return answerText(id, '"0x112a880"');
  if (method === "eth_call") return null;
  return answerText(id, method === "eth_syncing" ? "false" : "null");
}

/** A WebSocket whose messages are calls. */
function calls(socket: net.Socket, call: (call: NodeCall) => void): (chunk: Buffer) => void {
  const reader = new FrameReader((opcode, payload) => {
    const text = payload.toString("latin1");
    if (opcode === opText) call(readCall(text));
    else if (opcode === opPing) socket.write(serverFrame(text, opPong));
    else socket.end();
  });
  return (chunk) => reader.feed(chunk);
}

const first: SmallHandler = {
  request(path, body, socket): void {
    const call = readCall(body);
    const answer = probeAnswer(call, path);
    if (answer !== null) return writeAnswer(socket, answer);
    setTimeout(() => {
      failedAt.set(keyOf(call), sharedNow());
      if (path.startsWith("/reset/")) socket.resetAndDestroy();
      else writeAnswer(socket, "busy", "503 Service Unavailable");
    }, failMs);
  },
  upgraded(path, socket): (chunk: Buffer) => void {
    const underWay: string[] = [];
    return calls(socket, (call) => {
      const answer = probeAnswer(call, path);
      if (answer !== null) return void socket.write(serverFrame(answer));
      if (underWay.push(keyOf(call)) > 1) return;
      setTimeout(() => {
        const now = sharedNow();
        for (const key of underWay) failedAt.set(key, now);
        socket.resetAndDestroy();
      }, failMs);
    });
  },
};

const next: SmallHandler = {
  request(path, body, socket): void {
    const call = readCall(body);
    const answer = probeAnswer(call, path);
    if (answer !== null) return writeAnswer(socket, answer);
    later(call, (text) => writeAnswer(socket, text));
  },
  upgraded(path, socket): (chunk: Buffer) => void {
    return calls(socket, (call) => {
      const answer = probeAnswer(call, path);
      if (answer !== null) return void socket.write(serverFrame(answer));
      later(call, (text) => socket.write(serverFrame(text)));
    });
  },
};

function later(call: NodeCall, write: (text: string) => void): void {
  const receivedAt = sharedNow();
  setTimeout(() => {
    const key = keyOf(call);
    const times = { failedAt: failedAt.get(key) ?? 0, receivedAt, answeredAt: sharedNow() };
    failedAt.delete(key);
    write(answerText(call.id, `"${timesResult(times)}"`));
  }, answerMs);
}

if (import.meta.main) {
  const [firstPort, nextPort] = Deno.args.map(Number) as [number, number];
  listen(firstPort, first);
  listen(nextPort, next);
}
