// From one stream to all who listen to it. Sockets that listen once to a stream share one subscription id, so that a
// notification is made once for all of them; a socket that listens twice gets the next id. Members are told nothing
// that stands at or before the position of their acknowledgement.

import type { Random } from "../random.ts";
import type { OnGap } from "../settings.ts";
import type { SharedMessage, SubscriberSocket } from "./subscriber.ts";

/** A gap in a stream, in blocks, both inclusive. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** One who listens within Lasso: a kept filter. */
export interface Listener {
  /** `result`: wire text of what a notification would carry. `removed`: a log was taken back. */
  heard(result: string): void;
  missed(gap: Gap): void;
}

export interface Membership {
  /** The id under which the client knows it. */
  readonly id: string;
  leave(): void;
}

interface Member {
  readonly socket: SubscriberSocket | null;
  readonly listener: Listener | null;
  /** Events above this serial are its. */
  readonly joinedAt: number;
  slot: Slot;
  index: number;
}

/** Those who share a subscription id. */
interface Slot {
  readonly id: string;
  readonly head: string;
  readonly members: Member[];
}

export class Fanout {
  readonly #random: Random;
  /** A socket's first membership is in the first slot, its second in the second, and so on. */
  readonly #slots: Slot[] = [];
  readonly #listeners: Slot;
  readonly #perSocket = new WeakMap<SubscriberSocket, Set<Slot>>();
  #size = 0;
  #gaps = 0;

  constructor(random: Random) {
    this.#random = random;
    this.#listeners = this.#newSlot();
  }

  get size(): number {
    return this.#size;
  }

  /** Holes of which listeners were told. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Bytes that wait for the client that keeps up worst; 0 without a client. Looks at every one. */
  get mostQueuedBytes(): number {
    let most = 0;
    for (const { members } of this.#slots) {
      for (const { socket } of members) most = Math.max(most, socket?.queuedBytes ?? 0);
    }
    return most;
  }

  join(socket: SubscriberSocket, joinedAt: number): Membership {
    const taken = this.#perSocket.get(socket) ?? new Set();
    this.#perSocket.set(socket, taken);
    let slot = this.#slots.find((candidate) => !taken.has(candidate));
    if (slot === undefined) this.#slots.push(slot = this.#newSlot());
    taken.add(slot);
    return this.#add({ socket, listener: null, joinedAt, slot, index: 0 });
  }

  listen(listener: Listener, joinedAt: number): Membership {
    return this.#add({ socket: null, listener, joinedAt, slot: this.#listeners, index: 0 });
  }

  /** `result`: wire text; `serial`: of the block that it belongs to. */
  emit(result: string, serial: number): void {
    for (const { head, members } of this.#slots) {
      if (members.length === 0) continue;
      const message: SharedMessage = { text: `${head}"result":${result}}}`, frame: null };
      // From the end, because a member may leave when it hears: the one that takes its place was served already.
      for (let k = members.length - 1; k >= 0; k--) {
        const { socket, joinedAt } = members[k]!;
        if (joinedAt < serial) socket?.deliver(message);
      }
    }
    const { members } = this.#listeners;
    for (let k = members.length - 1; k >= 0; k--) {
      const { listener, joinedAt } = members[k]!;
      if (joinedAt < serial) listener?.heard(result);
    }
  }

  /** Tells everybody of a hole, each in its own way; `fallback` is the chain's setting. */
  gap(gap: Gap, fallback: OnGap, why: string): void {
    this.#gaps++;
    const [from_block, to_block] = [`0x${gap.from.toString(16)}`, `0x${gap.to.toString(16)}`];
    const error = { code: -32000, message: why, data: { reason: "gap", from_block, to_block } };
    for (const { head, members } of this.#slots) {
      const message: SharedMessage = { text: `${head}"error":${JSON.stringify(error)}}}`, frame: null };
      for (const { socket } of [...members]) {
        const wish = socket?.gaps ?? fallback;
        if (wish === "close") {
          socket?.close(1012, `gap: blocks ${gap.from} to ${gap.to} were lost; subscribe again`);
        } else if (wish === "notify") socket?.deliver(message);
      }
    }
    for (const { listener } of [...this.#listeners.members]) listener?.missed(gap);
  }

  /** Ends every socket that listens. */
  close(code: number, reason: string): void {
    for (const { members } of this.#slots) for (const { socket } of [...members]) socket?.close(code, reason);
  }

  #add(member: Member): Membership {
    const { slot } = member;
    member.index = slot.members.push(member) - 1;
    this.#size++;
    return { id: slot.id, leave: () => this.#remove(member) };
  }

  #remove(member: Member): void {
    const { members } = member.slot;
    if (members[member.index] !== member) return;
    const last = members.pop();
    if (last !== undefined && last !== member) {
      members[member.index] = last;
      last.index = member.index;
    }
    member.index = -1;
    this.#size--;
    if (member.socket !== null) this.#perSocket.get(member.socket)?.delete(member.slot);
  }

  #newSlot(): Slot {
    const id = randomId(this.#random);
    const head = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}",`;
    return { id, head, members: [] };
  }
}

/** `0x` and 32 hex digits. */
export function randomId(random: Random): string {
  let id = "0x";
  for (let k = 0; k < 32; k++) id += Math.floor(random.next() * 16).toString(16);
  return id;
}
