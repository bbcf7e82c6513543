// Counts calls and failures of the last `windowMs` in a ring of twelve counters, so that a call costs two
// additions and no memory. The edge moves by a twelfth of the window. Used by the breaker only.

const slots = 12;

export class FailureWindow {
  readonly #slotMs: number;
  readonly #calls = new Uint32Array(slots);
  readonly #failed = new Uint32Array(slots);
  /** Number of the newest slot since the clock's zero; its place in the ring is this modulo `slots`. */
  #newest = 0;
  #total = 0;
  #failures = 0;

  constructor(windowMs: number) {
    this.#slotMs = Math.max(windowMs, slots) / slots;
  }

  /** Calls within the window as of the last `add`. */
  get total(): number {
    return this.#total;
  }

  get failures(): number {
    return this.#failures;
  }

  /** Share of failures, 0..1; 0 without calls. */
  get ratio(): number {
    return this.#total === 0 ? 0 : this.#failures / this.#total;
  }

  add(now: number, failed: boolean): void {
    const slot = Math.floor(now / this.#slotMs);
    if (slot !== this.#newest) this.#moveTo(slot);
    const place = slot % slots;
    this.#calls[place]!++;
    this.#total++;
    if (failed) {
      this.#failed[place]!++;
      this.#failures++;
    }
  }

  clear(): void {
    if (this.#total === 0) return;
    this.#calls.fill(0);
    this.#failed.fill(0);
    this.#total = 0;
    this.#failures = 0;
  }

  #moveTo(slot: number): void {
    if (slot - this.#newest >= slots) this.clear();
    else {
      for (let old = this.#newest + 1; old <= slot; old++) {
        const place = old % slots;
        this.#total -= this.#calls[place]!;
        this.#failures -= this.#failed[place]!;
        this.#calls[place] = 0;
        this.#failed[place] = 0;
      }
    }
    this.#newest = slot;
  }
}
