// An upstream that answers from memory over WebSocket (and over HTTP for a router's probes), as a process of its own:
// `deno run -A bench/ws_upstream.ts PORT CONTROL_PORT`. Every path is a provider of its own over the same chain, whose
// blocks are made on command. It must be far faster than what is measured in front of it. Started by P2 and P8.

import type { Buffer } from "node:buffer";
import net from "node:net";
import { answerFrame, CallReader } from "./call_reader.ts";
import { serveCommands } from "./control.ts";
import { HeadChain } from "./head_chain.ts";
import { answerOf, readCall } from "./node_answers.ts";
import { sharedNow } from "./ticker.ts";
import { handshakeAnswer, opClose, opPing, opPong, opText, serverFrame } from "./ws_frames.ts";

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

/** A connection from its first byte: HTTP requests with content-length, until one of them asks for a WebSocket. */
class NewConnection {
  readonly #socket: net.Socket;
  #client: ClientSocket | null = null;
  #waiting = "";

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk: Buffer) => {
      if (this.#client !== null) this.#client.take(chunk);
      else this.#read(chunk);
    });
  }

  #read(chunk: Buffer): void {
    this.#waiting += chunk.toString("latin1");
    for (;;) {
      const headEnd = this.#waiting.indexOf("\r\n\r\n");
      if (headEnd === -1) return;
      const head = this.#waiting.slice(0, headEnd);
      const key = /\r\nsec-websocket-key: *(\S+)/i.exec(head)?.[1];
      if (key !== undefined) {
        // A client that waits for the answer has sent nothing behind its request.
        this.#client = new ClientSocket(this.#socket, head.split(" ", 2)[1]!);
        this.#socket.write(handshakeAnswer(key));
        return;
      }
      const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
      if (length === undefined) return void this.#socket.destroy();
      const end = headEnd + 4 + Number(length);
      if (this.#waiting.length < end) return;
      const body = answerOf(readCall(this.#waiting.slice(headEnd + 4, end)), chain);
      this.#socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      this.#waiting = this.#waiting.slice(end);
    }
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
  net.createServer((socket) => void new NewConnection(socket))
    .listen({ port, host: "127.0.0.1", backlog: 1024 });
  serveCommands(controlPort, { mine, subscriptions });
}
