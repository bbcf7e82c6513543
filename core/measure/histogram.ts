// A histogram of durations with logarithmic buckets: at most 1 % from the true value, a few hundred bytes where the
// values lie close together, so that thousands of series can live side by side. Never allocates per sample once its
// buckets exist. Used by latency series; Prometheus has fixed buckets of its own (fixed_histogram.ts).

/** Values are kept within these bounds, in milliseconds. */
export const lowestMs = 0.01;
export const highestMs = 600_000;

// The bucket of a value is the top of its 32-bit float: 8 bits of exponent and 6 of mantissa. That makes 64 buckets
// per doubling, none wider than 1/64 of its lower end, and the key orders like the value.
const keyShift = 17;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

function keyOf(ms: number): number {
  float[0] = ms;
  return bits[0]! >>> keyShift;
}

const lowestKey = keyOf(lowestMs);

/** Buckets that there can be. Outside of this file they are numbered from 0, the one of `lowestMs`. */
export const bucketCount = keyOf(highestMs) - lowestKey + 1;

/** The bucket of a value within the bounds. */
export function bucketOf(ms: number): number {
  return keyOf(ms < lowestMs ? lowestMs : ms > highestMs ? highestMs : ms) - lowestKey;
}

/** The value that stands for a bucket. */
export function bucketValue(bucket: number): number {
  return valueOf(bucket + lowestKey);
}

// Counts by key while several histograms are read as one; all 0 between two reads.
const sums = new Uint32Array(bucketCount);

/** The position, from 1, of the sample that a quantile names. */
export function rankOf(q: number, count: number): number {
  return Math.min(count, Math.max(1, Math.ceil(q * count)));
}

/** The value that stands for a bucket: the harmonic mean of its ends, at most 1/129 away from either. */
function valueOf(key: number): number {
  bits[0] = key << keyShift;
  const low = float[0]!;
  bits[0] = (key + 1) << keyShift;
  const high = float[0]!;
  return 2 * low * high / (low + high);
}

export class Histogram {
  // Invariant: keys[0..size) ascend without repetition, counts[i] > 0 belongs to keys[i], the counts sum to count.
  #keys = new Uint16Array(8);
  #counts = new Uint32Array(8);
  #size = 0;
  #count = 0;
  #min = highestMs;
  #max = lowestMs;

  /** Samples held. */
  get count(): number {
    return this.#count;
  }

  /** Buckets held; the memory is 6 bytes for each, rounded up to a power of two. */
  get buckets(): number {
    return this.#size;
  }

  /** Adds a duration in milliseconds; outside the bounds it counts as the nearer bound, NaN is ignored. */
  record(ms: number): void {
    if (ms !== ms) return;
    const value = ms < lowestMs ? lowestMs : ms > highestMs ? highestMs : ms;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    const key = keyOf(value);
    const keys = this.#keys;
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! < key) low = middle + 1;
      else high = middle;
    }
    this.#count++;
    if (low < this.#size && keys[low] === key) this.#counts[low] = this.#counts[low]! + 1;
    else this.#insert(low, key);
  }

  /**
   * The value below or at which the share `q` (0..1) of the samples lies, by nearest rank, in milliseconds.
   * NaN while there is no sample.
   */
  quantile(q: number): number {
    if (this.#count === 0) return NaN;
    const rank = rankOf(q, this.#count);
    if (rank === this.#count) return this.#max;
    let index = 0;
    let seen = this.#counts[0]!;
    while (seen < rank) seen += this.#counts[++index]!;
    return Math.min(this.#max, Math.max(this.#min, valueOf(this.#keys[index]!)));
  }

  /**
   * The quantiles `qs` (ascending) over all samples of `parts` together, written to `out`: the same as merging them
   * first, at a third of the price. Gives the number of samples; when that is 0, `out` stays as it was.
   */
  static quantiles(parts: readonly Histogram[], qs: readonly number[], out: Float64Array): number {
    let count = 0;
    let min = highestMs;
    let max = lowestMs;
    for (const part of parts) {
      const keys = part.#keys;
      const counts = part.#counts;
      const size = part.#size;
      for (let i = 0; i < size; i++) {
        const at = keys[i]! - lowestKey;
        sums[at] = sums[at]! + counts[i]!;
      }
      count += part.#count;
      if (part.#min < min) min = part.#min;
      if (part.#max > max) max = part.#max;
    }
    if (count === 0) return 0;
    const first = keyOf(min) - lowestKey;
    const last = keyOf(max) - lowestKey;
    let index = first;
    let seen = sums[first]!;
    qs.forEach((q, i) => {
      const rank = rankOf(q, count);
      while (seen < rank) seen += sums[++index]!;
      out[i] = rank === count ? max : Math.min(max, Math.max(min, valueOf(index + lowestKey)));
    });
    sums.fill(0, first, last + 1);
    return count;
  }

  /** Adds all samples of `other`, which stays as it is. */
  merge(other: Histogram): void {
    if (other.#count === 0) return;
    const added = this.#missing(other);
    this.#reserve(this.#size + added);
    const keys = this.#keys;
    const counts = this.#counts;
    // From the back, so that nothing is overwritten before it has moved.
    let mine = this.#size - 1;
    let theirs = other.#size - 1;
    this.#size += added;
    for (let to = this.#size - 1; theirs >= 0; to--) {
      const key = other.#keys[theirs]!;
      if (mine >= 0 && keys[mine]! > key) {
        keys[to] = keys[mine]!;
        counts[to] = counts[mine--]!;
        continue;
      }
      const same = mine >= 0 && keys[mine] === key;
      counts[to] = other.#counts[theirs--]! + (same ? counts[mine--]! : 0);
      keys[to] = key;
    }
    this.#count += other.#count;
    if (other.#min < this.#min) this.#min = other.#min;
    if (other.#max > this.#max) this.#max = other.#max;
  }

  /** Writes its buckets, ascending, and their counts (each of `bucketCount` numbers); gives how many there are. */
  copyTo(buckets: Uint16Array, counts: Uint32Array): number {
    const size = this.#size;
    for (let i = 0; i < size; i++) {
      buckets[i] = this.#keys[i]! - lowestKey;
      counts[i] = this.#counts[i]!;
    }
    return size;
  }

  /** The reverse of `copyTo`; the least value is known to the bucket only. `max`: the greatest value. */
  static fromBuckets(buckets: Uint16Array, counts: Uint32Array, size: number, max: number): Histogram {
    const made = new Histogram();
    if (size === 0) return made;
    made.#reserve(size);
    for (let i = 0; i < size; i++) {
      made.#keys[i] = buckets[i]! + lowestKey;
      made.#counts[i] = counts[i]!;
      made.#count += counts[i]!;
    }
    made.#size = size;
    made.#max = max;
    made.#min = Math.min(max, valueOf(made.#keys[0]!));
    return made;
  }

  /** Forgets all samples, keeps the memory for the next ones. */
  clear(): void {
    this.#size = 0;
    this.#count = 0;
    this.#min = highestMs;
    this.#max = lowestMs;
  }

  #insert(at: number, key: number): void {
    this.#reserve(this.#size + 1);
    this.#keys.copyWithin(at + 1, at, this.#size);
    this.#counts.copyWithin(at + 1, at, this.#size);
    this.#keys[at] = key;
    this.#counts[at] = 1;
    this.#size++;
  }

  /** How many of the other's buckets this one lacks. */
  #missing(other: Histogram): number {
    let missing = 0;
    let mine = 0;
    for (let theirs = 0; theirs < other.#size; theirs++) {
      const key = other.#keys[theirs]!;
      while (mine < this.#size && this.#keys[mine]! < key) mine++;
      if (mine === this.#size || this.#keys[mine] !== key) missing++;
    }
    return missing;
  }

  #reserve(size: number): void {
    if (size <= this.#keys.length) return;
    let length = this.#keys.length;
    while (length < size) length *= 2;
    const keys = new Uint16Array(length);
    const counts = new Uint32Array(length);
    keys.set(this.#keys);
    counts.set(this.#counts);
    this.#keys = keys;
    this.#counts = counts;
  }
}
