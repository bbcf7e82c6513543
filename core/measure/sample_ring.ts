// The newest samples of one chain, raw: which series, how long, what became of it, when. It is the only thing that a
// call writes for history, so a push is four stores into typed arrays. Pages come into being as they are reached: a
// chain without traffic costs nothing. Owned by ChainCollector, which drains it; it never allocates once it is full.

/** Samples kept of a chain; then the oldest go. */
export const maxSamples = 86_400;
/** 20 pages make the ring. */
const pageSize = 4_320;
/** The times of a ring count in 32 bits of ms from its begin; after half of that it must begin anew. */
export const maxAgeMs = 2 ** 31;

interface Page {
  readonly series: Uint32Array;
  readonly ms: Float32Array;
  /** Whole ms since the ring's begin. */
  readonly at: Uint32Array;
  readonly outcome: Uint8Array;
}

/** Takes samples in the order in which they came. */
export interface SampleSink {
  /** `at`: monotonic ms, whole. */
  sample(series: number, ms: number, outcome: number, at: number): void;
}

export class SampleRing {
  // Invariants: sample i (counted from the begin) stands at i mod maxSamples; those from max(#read, #written -
  // maxSamples) on wait; times ascend, so that a drain may stop at the first sample that is too new.
  readonly #pages: Page[] = [];
  #page: Page | null = null;
  /** Place of the next sample in #page. */
  #index = pageSize;
  #written = 0;
  #read = 0;
  /** Monotonic ms, whole. */
  #begin: number;
  #newest = 0;

  /** `now`: monotonic ms. */
  constructor(now: number) {
    this.#begin = Math.floor(now);
  }

  /** Samples that were not drained yet. */
  get waiting(): number {
    return this.#written - this.#read;
  }

  /** Samples held, drained or not. */
  get size(): number {
    return Math.min(this.#written, maxSamples);
  }

  /** Bytes of its pages. */
  get bytes(): number {
    return this.#pages.length * pageSize * 13;
  }

  /**
   * Adds a sample. `at` is monotonic ms; before the newest sample it counts as that one's time. `outcome` has 8 bits.
   * Whoever lets more than `maxSamples` wait loses the oldest of them.
   */
  push(series: number, ms: number, outcome: number, at: number): void {
    const sinceBegin = at - this.#begin;
    if (sinceBegin > this.#newest) this.#newest = sinceBegin;
    let index = this.#index;
    let page = this.#page;
    if (index === pageSize || page === null) {
      page = this.#nextPage();
      index = 0;
    }
    page.series[index] = series;
    page.ms[index] = ms;
    page.at[index] = this.#newest;
    page.outcome[index] = outcome;
    this.#index = index + 1;
    this.#written++;
  }

  /** Hands every waiting sample from before `until` (monotonic ms, whole) to `sink`, once. */
  drain(until: number, sink: SampleSink): void {
    const end = until - this.#begin;
    let i = Math.max(this.#read, this.#written - maxSamples);
    while (i < this.#written) {
      const place = i % maxSamples;
      const page = this.#pages[Math.floor(place / pageSize)]!;
      const first = place % pageSize;
      const last = Math.min(pageSize, first + this.#written - i);
      let k = first;
      for (; k < last && page.at[k]! < end; k++) {
        sink.sample(page.series[k]!, page.ms[k]!, page.outcome[k]!, page.at[k]! + this.#begin);
      }
      i += k - first;
      if (k < last) break;
    }
    this.#read = i;
  }

  /** Hands the samples held since `since` (monotonic ms) to `sink`, oldest first; drained ones too. */
  recent(since: number, sink: SampleSink): void {
    const from = since - this.#begin;
    let low = this.#written - this.size;
    let high = this.#written;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.#timeOf(middle) < from) low = middle + 1;
      else high = middle;
    }
    for (let i = low; i < this.#written; i++) {
      const place = i % maxSamples;
      const page = this.#pages[Math.floor(place / pageSize)]!;
      const k = place % pageSize;
      sink.sample(page.series[k]!, page.ms[k]!, page.outcome[k]!, page.at[k]! + this.#begin);
    }
  }

  /** Forgets all samples, also those that wait, and keeps the memory. Needed once in `maxAgeMs`. */
  restart(now: number): void {
    this.#begin = Math.floor(now);
    this.#newest = 0;
    this.#written = this.#read = 0;
    this.#page = null;
    this.#index = pageSize;
  }

  /** How long ago its times begin, in ms. */
  age(now: number): number {
    return now - this.#begin;
  }

  #timeOf(i: number): number {
    const place = i % maxSamples;
    return this.#pages[Math.floor(place / pageSize)]!.at[place % pageSize]!;
  }

  #nextPage(): Page {
    const at = (this.#written % maxSamples) / pageSize;
    let page = this.#pages[at];
    if (page === undefined) {
      page = {
        series: new Uint32Array(pageSize),
        ms: new Float32Array(pageSize),
        at: new Uint32Array(pageSize),
        outcome: new Uint8Array(pageSize),
      };
      this.#pages[at] = page;
    }
    return this.#page = page;
  }
}
