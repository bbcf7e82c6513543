// The calls of one connection that wait for their answers, by id. Linked through the calls themselves: no table grows
// and shrinks with each call, so nothing is left behind for the collector. Used by a connection.

import type { Pending } from "./pending.ts";

const firstSlots = 256;

export class InFlight {
  #slots: (Pending | null)[] = new Array<Pending | null>(firstSlots).fill(null);
  #mask = firstSlots - 1;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  add(pending: Pending): void {
    if (this.#count === this.#slots.length) this.#widen();
    this.#count++;
    this.#link(pending);
  }

  /** Takes out the call of this id; null: there is none. */
  take(id: number): Pending | null {
    const slot = id & this.#mask;
    let before: Pending | null = null;
    let pending = this.#slots[slot] ?? null;
    while (pending !== null && pending.call.id !== id) {
      before = pending;
      pending = pending.next;
    }
    if (pending !== null) this.#unlink(slot, before, pending);
    return pending;
  }

  /** Takes out this very call; false: it is not here. */
  remove(wanted: Pending): boolean {
    const slot = wanted.call.id & this.#mask;
    let before: Pending | null = null;
    let pending = this.#slots[slot] ?? null;
    while (pending !== null && pending !== wanted) {
      before = pending;
      pending = pending.next;
    }
    if (pending !== null) this.#unlink(slot, before, pending);
    return pending !== null;
  }

  /** Takes out all, in the order in which they were sent. */
  drain(): Pending[] {
    const all: Pending[] = [];
    this.#slots.forEach((first, slot) => {
      for (let pending = first; pending !== null;) {
        const next: Pending | null = pending.next;
        pending.next = null;
        all.push(pending);
        pending = next;
      }
      this.#slots[slot] = null;
    });
    this.#count = 0;
    return all.sort((a, b) => a.frame - b.frame);
  }

  #link(pending: Pending): void {
    const slot = pending.call.id & this.#mask;
    pending.next = this.#slots[slot] ?? null;
    this.#slots[slot] = pending;
  }

  #unlink(slot: number, before: Pending | null, pending: Pending): void {
    if (before === null) this.#slots[slot] = pending.next;
    else before.next = pending.next;
    pending.next = null;
    this.#count--;
  }

  #widen(): void {
    const all = this.drain();
    this.#slots = new Array<Pending | null>(this.#slots.length * 2).fill(null);
    this.#mask = this.#slots.length - 1;
    this.#count = all.length;
    for (const pending of all) this.#link(pending);
  }
}
