// Thousands of WebSocket clients that listen to newHeads, as a process of its own: `deno run -A bench/ws_clients.ts
// CONTROL_PORT`. They count frames and note when each block has reached the first and the last of them; only one of
// them, the witness, reads what it gets. What they spend is taken from the machine that is measured. Started by P8.

import type { Buffer } from "node:buffer";
import net from "node:net";
import { serveCommands } from "./control.ts";
import { madeAtOf } from "./head_chain.ts";
import { sharedNow } from "./ticker.ts";
import { clientFrame, FrameCounter, FrameReader, handshakeRequest, isAccepted, opPong } from "./ws_frames.ts";

/** What became of one block; ms of the epoch, with fractions. */
export interface BlockTimes {
  /** The upstream wrote it. */
  readonly madeAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

const subscribe = clientFrame('{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}');
const pong = clientFrame("", opPong);
/** Connections that are being made at the same time. */
const connectAtOnce = 64;
/** The client that reads nothing asks for so many answers of 100 KB, again and again. */
const stalledCalls = 10;
const stalledEveryMs = 250;
const lookEveryMs = 5;

/** Blocks since the last `reset`, by their place. */
class Blocks {
  readonly madeAt: number[] = [];
  readonly firstAt: number[] = [];
  readonly lastAt: number[] = [];
  /** How many clients have it. */
  readonly reached: number[] = [];
  /** Payload of the notification. */
  bytes = 0;
  fault: string | null = null;

  arrived(place: number, now: number): void {
    const before = this.reached[place] ?? 0;
    if (before === 0) this.firstAt[place] = now;
    this.lastAt[place] = now;
    this.reached[place] = before + 1;
  }
}

let blocks = new Blocks();

class Client {
  readonly #socket: net.Socket;
  readonly #counter = new FrameCounter();
  /** Messages that came before the first block that counts: the acknowledgement is one. */
  #before = 1;
  #pings = 0;

  constructor(socket: net.Socket) {
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => blocks.fault ??= "a client's socket was closed");
  }

  reset(): void {
    this.#before = this.#counter.texts;
  }

  #take(bytes: Buffer): void {
    const counter = this.#counter;
    let place = counter.texts - this.#before;
    counter.feed(bytes);
    const places = counter.texts - this.#before;
    if (places > place) {
      const now = sharedNow();
      if (blocks.bytes > 0 && counter.lastBytes !== blocks.bytes) {
        blocks.fault ??= "a message of another size";
      }
      for (; place < places; place++) if (place >= 0) blocks.arrived(place, now);
    }
    if (counter.pings > this.#pings) {
      this.#pings = counter.pings;
      this.#socket.write(pong);
    }
  }
}

/** Reads what the first client gets. */
function witness(socket: net.Socket): void {
  const reader = new FrameReader((_opcode, payload) => {
    const text = payload.toString("latin1");
    if (!text.includes('"eth_subscription"')) return;
    blocks.madeAt.push(madeAtOf(text));
    blocks.bytes = payload.length;
  });
  socket.on("data", (bytes: Buffer) => reader.feed(bytes));
}

/** A WebSocket that has subscribed: its handshake and its acknowledgement are read. */
function open(host: string, path: string): Promise<net.Socket> {
  const [hostname, port] = host.split(":") as [string, string];
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host: hostname, port: Number(port), noDelay: true });
    let head = "";
    let acknowledged = false;
    const fail = (error?: Error): void => reject(error ?? new Error(`${host} closed a new socket: ${head}`));
    const counter = new FrameCounter();
    const take = (bytes: Buffer): void => {
      if (!acknowledged) {
        head += bytes.toString("latin1");
        if (!head.includes("\r\n\r\n")) return;
        if (!isAccepted(head)) return fail(new Error(`${host} refused: ${head}`));
        acknowledged = true;
        socket.write(subscribe);
        return;
      }
      counter.feed(bytes);
      if (counter.texts === 0) return;
      socket.off("data", take).off("error", fail).off("close", fail);
      resolve(socket);
    };
    socket.on("connect", () => socket.write(handshakeRequest(host, path)));
    socket.on("data", take).on("error", fail).on("close", fail);
  });
}

let clients: Client[] = [];

/** Gives the ms that it took. Throws when one is refused. */
async function connect({ host, path, count }: Record<string, unknown>): Promise<number> {
  const startedAt = sharedNow();
  let left = count as number;
  blocks = new Blocks();
  const sockets: net.Socket[] = [];
  await Promise.all(Array.from({ length: connectAtOnce }, async () => {
    while (left-- > 0) sockets.push(await open(host as string, path as string));
  }));
  witness(sockets[0]!);
  clients = sockets.map((socket) => new Client(socket));
  return sharedNow() - startedAt;
}

function reset(): void {
  blocks = new Blocks();
  for (const client of clients) client.reset();
}

/** Times of so many blocks since `reset`, once all clients have them. Throws when they don't come within `ms`. */
async function collect({ count, ms }: Record<string, unknown>): Promise<BlockTimes[]> {
  const until = sharedNow() + (ms as number);
  const all = (): boolean => blocks.reached[count as number - 1] === clients.length;
  while (!all() && blocks.fault === null && sharedNow() < until) {
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  if (blocks.fault !== null) throw new Error(blocks.fault);
  if (!all()) throw new Error(`not all clients got ${count} blocks: ${blocks.reached.join(", ")}`);
  return blocks.madeAt.map((madeAt, place) => ({
    madeAt,
    firstAt: blocks.firstAt[place]!,
    lastAt: blocks.lastAt[place]!,
  }));
}

/** Settles when the socket of the client that reads nothing was ended: gives the ms that it took. */
let stalled: Promise<number> | null = null;

/** One more client: it subscribes, reads nothing any more, and goes on asking for more than it could be sent. */
async function stall({ host, path }: Record<string, unknown>): Promise<void> {
  const socket = await open(host as string, path as string);
  const startedAt = sharedNow();
  let id = 1;
  const ask = (): void => {
    for (let nth = 0; nth < stalledCalls; nth++) {
      const params = `["0x${(++id).toString(16).padStart(40, "0")}","latest"]`;
      socket.write(clientFrame(`{"jsonrpc":"2.0","id":${id},"method":"eth_getCode","params":${params}}`));
    }
  };
  const timer = setInterval(ask, stalledEveryMs);
  socket.pause();
  socket.on("error", () => socket.destroy());
  // It reads nothing, so it is what it sends that tells it.
  stalled = new Promise((resolve) => {
    socket.on("close", () => {
      clearInterval(timer);
      resolve(sharedNow() - startedAt);
    });
  });
}

/** Gives the ms after which the other side ended it. Throws when that does not come within `ms`. */
async function stallEnd({ ms }: Record<string, unknown>): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => timer = setTimeout(() => resolve(null), ms as number));
  const took = await Promise.race([stalled, late]);
  clearTimeout(timer);
  if (took === null) throw new Error("the client that reads nothing was never cut off");
  return took;
}

if (import.meta.main) {
  const [controlPort] = Deno.args.map(Number) as [number];
  serveCommands(controlPort, { connect, reset, collect, stall, stallEnd });
}
