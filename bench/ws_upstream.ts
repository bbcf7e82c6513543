// An upstream that answers from memory over WebSocket (and over HTTP for a router's probes), as a process of its own:
// `deno run -A bench/ws_upstream.ts PORT CONTROL_PORT`. Every path is a provider of its own over the same chain, whose
// blocks are made on command. It must be far faster than what is measured in front of it. Started by P2 and P8.

import type { Buffer } from "node:buffer";
import type net from "node:net";
import { answerFrame, CallReader } from "./call_reader.ts";
import { serveCommands } from "./control.ts";
import { HeadChain } from "./head_chain.ts";
import { answerOf, readCall } from "./node_answers.ts";
import { listen, writeAnswer } from "./small_server.ts";
import { sharedNow } from "./ticker.ts";
import { opClose, opPing, opPong, opText, serverFrame } from "./ws_frames.ts";

const chain = new HeadChain();
const sockets = new Set<ClientSocket>();

/** What one block is to those who listen; made once for all whose subscription has the same id. */
class Notification {
  readonly #head: string;
  readonly #frames = new Map<string, Buffer>();

  constructor(head: string) {
    this.#head = head;
  }

  frame(subscription: string): Buffer {
    const made = this.#frames.get(subscription);
    if (made !== undefined) return made;
    const params = `{"subscription":"${subscription}","result":${this.#head}}`;
    const frame = serverFrame(`{"jsonrpc":"2.0","method":"eth_subscription","params":${params}}`);
    this.#frames.set(subscription, frame);
    return frame;
  }
}

/** A connection after its handshake. */
class ClientSocket {
  /** Path of the handshake: which provider it is. */
  readonly path: string;
  /** Ids of open newHeads subscriptions. */
  readonly subscriptions = new Set<string>();
  readonly #socket: net.Socket;
  #made = 0;
  readonly #reader = new CallReader((opcode, text) => this.#other(opcode, text));

  constructor(socket: net.Socket, path: string) {
    this.#socket = socket;
    this.path = path;
    sockets.add(this);
    socket.on("close", () => sockets.delete(this));
  }

  take(chunk: Buffer): void {
    const answers = this.#reader.feed(chunk);
    if (answers !== null) this.#socket.write(answers);
  }

  notify(notification: Notification): void {
    for (const id of this.subscriptions) this.#socket.write(notification.frame(id));
  }

  #other(opcode: number, text: string): Buffer | null {
    if (opcode === opPing) return serverFrame(text, opPong);
    if (opcode === opClose) {
      this.#socket.end();
      return null;
    }
    return opcode === opText ? this.#answer(text) : null;
  }

  #answer(text: string): Buffer {
    const call = readCall(text);
    const { id, method, params } = call;
    if (method === "eth_unsubscribe") {
      return answerFrame(id, String(this.subscriptions.delete(String(params[0]))));
    }
    if (method !== "eth_subscribe" || params[0] !== "newHeads") return serverFrame(answerOf(call, chain));
    const name = `0x${(++this.#made).toString(16).padStart(32, "0")}`;
    this.subscriptions.add(name);
    return answerFrame(id, `"${name}"`);
  }
}

/** Open newHeads subscriptions by path. */
function subscriptions(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { path, subscriptions } of sockets) counts[path] = (counts[path] ?? 0) + subscriptions.size;
  return counts;
}

/** Makes a block and tells all who have subscribed. */
function mine(): number {
  const { number, head } = chain.mine(sharedNow());
  const notification = new Notification(head);
  for (const socket of sockets) socket.notify(notification);
  return number;
}

if (import.meta.main) {
  const [port, controlPort] = Deno.args.map(Number) as [number, number];
  listen(port, {
    request: (_path, body, socket) => writeAnswer(socket, answerOf(readCall(body), chain)),
    upgraded: (path, socket) => {
      const client = new ClientSocket(socket, path);
      return (chunk) => client.take(chunk);
    },
  });
  serveCommands(controlPort, { mine, subscriptions });
}
