// What happens to one chain's head, in order, for all sockets of /v1/ws on that chain: blocks, reorgs, gaps. A block is
// asked for once for all who want its transactions (hashes, or whole), and only while somebody does. Those who want the
// same of a block form a lane: nothing overtakes in it, and a socket that changes lanes misses nothing and hears nothing
// twice. Made by V1Chain.

import type { Clock, Timer } from "../clock.ts";
import { isRecord, readRecord } from "../rpc/json_values.ts";
import { textToWire } from "../rpc/wire.ts";
import type { BlockAnswer } from "./v1_blocks.ts";
import { textFrame } from "./ws_frame.ts";

export const includes = ["header", "hashes", "full"] as const;
export type Include = typeof includes[number];

/** One who hears the news. */
export interface NewsReader {
  /** What it heard last; the lane writes it. */
  position: number;
  /** `frame`: made once for all; its bytes must not change. */
  tellBlock(frame: Uint8Array): void;
  tellReorg(frame: Uint8Array): void;
  tellGap(frame: Uint8Array, from: number, to: number): void;
}

export interface NewsHost {
  readonly clock: Clock;
  readonly chain: string;
  /** Asks for a block by its hash; `answered` once, perhaps at once. */
  ask(hash: string, full: boolean, answered: (answer: BlockAnswer) => void): void;
}

interface Item {
  readonly serial: number;
  readonly kind: "block" | "reorg" | "gap";
  /** Of a block: its number, hash (`""` where it has none) and header as wire text. Of a gap: its first and last. */
  readonly number: number;
  readonly to: number;
  readonly hash: string;
  readonly header: string;
  /** It was taken back: nobody will have it for long. */
  gone: boolean;
  /** What is sent, by lane; absent: not known yet. */
  readonly frames: Partial<Record<Include, Uint8Array>>;
  readonly asked: Partial<Record<"hashes" | "full", { readonly since: number; tries: number }>>;
}

interface Lane {
  readonly include: Include;
  readonly readers: Set<NewsReader>;
  /** Serial of the newest item that its readers were told. */
  position: number;
}

const kept = 128;
/** So many blocks may wait for their transactions before the oldest goes without. */
const maxWaiting = 32;
const firstRetryMs = 150;
const maxRetryMs = 2_000;
const giveUpMs = 10_000;

export class V1News implements Disposable {
  readonly #host: NewsHost;
  /** Oldest first, without a hole in their serials. */
  readonly #items: Item[] = [];
  readonly #lanes: Readonly<Record<Include, Lane>>;
  readonly #timers = new Set<Timer>();
  #serial = 0;
  #disposed = false;

  constructor(host: NewsHost) {
    this.#host = host;
    const lane = (include: Include): Lane => ({ include, readers: new Set(), position: 0 });
    this.#lanes = { header: lane("header"), hashes: lane("hashes"), full: lane("full") };
  }

  /** Serial of the newest item: a reader that begins here hears what comes from now on. */
  get serial(): number {
    return this.#serial;
  }

  /** `position` of the reader says what it has heard. */
  join(reader: NewsReader, include: Include): void {
    const lane = this.#lanes[include];
    if (lane.readers.size === 0) lane.position = Math.min(reader.position, this.#serial);
    lane.readers.add(reader);
    if (reader.position < lane.position) {
      for (const item of this.#after(reader.position)) {
        if (item.serial <= lane.position) this.#tell(reader, item, lane);
      }
    }
    for (const item of this.#after(lane.position)) this.#prepare(item, lane);
    this.#pump(lane);
  }

  leave(reader: NewsReader, include: Include): void {
    this.#lanes[include].readers.delete(reader);
  }

  /** `header`: wire text of what newHeads told. */
  block(header: string): void {
    const record = readRecord(header);
    const number = Number(record?.number ?? 0);
    const hash = typeof record?.hash === "string" ? record.hash.toLowerCase() : "";
    this.#add({ kind: "block", number, to: number, hash, header });
  }

  /** `fields`: as the stream reports it. */
  reorg(fields: Readonly<Record<string, unknown>>): void {
    const { old_head, new_head, depth, ancestor } = fields;
    const stands = isRecord(ancestor) && typeof ancestor.number === "number" ? ancestor.number : Infinity;
    for (const item of this.#items) if (item.kind === "block" && item.number > stands) item.gone = true;
    const frame = this.#frame("reorg", JSON.stringify({ old_head, new_head, depth, ancestor }));
    this.#add({ kind: "reorg", number: 0, to: 0, hash: "", header: "" }, frame);
  }

  gap(from: number, to: number): void {
    const data = JSON.stringify({ events: "block", from_block: from, to_block: to });
    this.#add({ kind: "gap", number: from, to, hash: "", header: "" }, this.#frame("gap", data));
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const timer of this.#timers) timer.cancel();
    this.#timers.clear();
    this.#items.length = 0;
  }

  #add(what: Pick<Item, "kind" | "number" | "to" | "hash" | "header">, frame?: Uint8Array): void {
    const frames = frame === undefined ? {} : { header: frame, hashes: frame, full: frame };
    const item: Item = { ...what, serial: ++this.#serial, gone: false, frames, asked: {} };
    this.#items.push(item);
    if (this.#items.length > kept) this.#items.shift();
    for (const lane of Object.values(this.#lanes)) {
      if (lane.readers.size === 0) continue;
      this.#prepare(item, lane);
      this.#bound(lane);
      this.#pump(lane);
    }
  }

  #after(serial: number): Item[] {
    const first = this.#items[0]?.serial ?? 0;
    return this.#items.slice(Math.max(0, serial + 1 - first));
  }

  /** Sees to it that this lane's frame of the item will be there. */
  #prepare(item: Item, { include }: Lane): void {
    if (item.frames[include] !== undefined) return;
    if (include === "header") item.frames.header = this.#frame("block", item.header);
    else if (item.hash === "") this.#without(item, include, "its header has no hash");
    else if (item.asked[include] === undefined) {
      item.asked[include] = { since: this.#host.clock.now(), tries: 0 };
      this.#ask(item, include);
    }
  }

  #ask(item: Item, include: "hashes" | "full"): void {
    this.#host.ask(item.hash, include === "full", (answer) => {
      if (this.#disposed || item.frames[include] !== undefined) return;
      if (answer.kind === "block") {
        item.frames[include] = this.#frame("block", answer.text);
        return this.#pump(this.#lanes[include]);
      }
      const why = answer.kind === "failed" ? answer.why : "no provider has it any more";
      const asked = item.asked[include]!;
      const tooLate = this.#host.clock.now() - asked.since >= giveUpMs;
      // Those who announced it may be ahead of those who were asked.
      if (item.gone || tooLate) return this.#without(item, include, why);
      const pauseMs = Math.min(firstRetryMs * 2 ** asked.tries++, maxRetryMs);
      const timer = this.#host.clock.after(pauseMs, () => {
        this.#timers.delete(timer);
        if (item.frames[include] === undefined) this.#ask(item, include);
      });
      this.#timers.add(timer);
    });
  }

  /** Too many wait: the oldest goes without its transactions. */
  #bound(lane: Lane): void {
    const waiting = this.#after(lane.position);
    if (waiting.length <= maxWaiting || lane.include === "header") return;
    for (const item of waiting.slice(0, waiting.length - maxWaiting)) {
      if (item.frames[lane.include] === undefined) this.#without(item, lane.include, "it took too long");
    }
  }

  /** A block whose transactions can't be had: its header, and why. */
  #without(item: Item, include: "hashes" | "full", why: string): void {
    const header = item.header.trimEnd();
    const isObject = header.startsWith("{") && header.endsWith("}") && header !== "{}";
    const data = isObject ? `${header.slice(0, -1)},"transactions":null}` : header;
    item.frames[include] = this.#frame("block", data, `,"reason":${textToWire(JSON.stringify(why))}`);
    this.#pump(this.#lanes[include]);
  }

  /** Tells what is ready, in order. */
  #pump(lane: Lane): void {
    for (const item of this.#after(lane.position)) {
      if (item.serial <= lane.position) continue; // A reader that heard the last one led back here.
      if (lane.readers.size === 0 || item.frames[lane.include] === undefined) return;
      lane.position = item.serial;
      for (const reader of [...lane.readers]) {
        if (reader.position < item.serial) this.#tell(reader, item, lane);
      }
    }
  }

  #tell(reader: NewsReader, item: Item, { include }: Lane): void {
    const frame = item.frames[include];
    if (frame === undefined) return;
    reader.position = item.serial;
    if (item.kind === "block") reader.tellBlock(frame);
    else if (item.kind === "reorg") reader.tellReorg(frame);
    else reader.tellGap(frame, item.number, item.to);
  }

  /** `data`: wire text. */
  #frame(type: string, data: string, more = ""): Uint8Array {
    return newsFrame(this.#host.chain, type, data, more);
  }
}

/** A message of /v1/ws as a frame. `data` and `more` are wire text. */
export function newsFrame(chain: string, type: string, data: string, more = ""): Uint8Array {
  return textFrame(`{"type":"${type}","chain":${textToWire(JSON.stringify(chain))},"data":${data}${more}}`);
}
