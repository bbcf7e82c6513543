// Many histograms added up into one: a count for each bucket that there can be, so that adding costs one addition.
// Large (7 KB), so these are made for what is being read and used again; what is kept is encoded.

import { bucketCount, bucketValue, Histogram, rankOf } from "../histogram.ts";

export class HistogramSum {
  /** Counts by bucket. Invariant: 0 outside of [first, last]. */
  readonly counts: Uint32Array<ArrayBuffer> = new Uint32Array(bucketCount);
  first = bucketCount;
  last = -1;
  count = 0;

  add(bucket: number, count: number): void {
    this.counts[bucket] = this.counts[bucket]! + count;
    this.added(bucket, bucket, count);
  }

  /** After somebody has added to `counts` between two buckets. */
  added(first: number, last: number, count: number): void {
    if (first < this.first) this.first = first;
    if (last > this.last) this.last = last;
    this.count += count;
  }

  /** Values below or at which the shares `qs` (ascending) lie, by nearest rank. `max`: the greatest value. */
  quantiles(qs: readonly number[], max: number): (number | null)[] {
    if (this.count === 0) return qs.map(() => null);
    let bucket = this.first;
    let seen = this.counts[bucket]!;
    return qs.map((q) => {
      const rank = rankOf(q, this.count);
      while (seen < rank) seen += this.counts[++bucket]!;
      return rank === this.count ? max : Math.min(max, bucketValue(bucket));
    });
  }

  /** As `Histogram.copyTo`. */
  copyTo(buckets: Uint16Array, counts: Uint32Array): number {
    let size = 0;
    for (let bucket = this.first; bucket <= this.last; bucket++) {
      const count = this.counts[bucket]!;
      if (count === 0) continue;
      buckets[size] = bucket;
      counts[size++] = count;
    }
    return size;
  }

  clear(): void {
    if (this.last >= 0) this.counts.fill(0, this.first, this.last + 1);
    this.first = bucketCount;
    this.last = -1;
    this.count = 0;
  }
}

const buckets = new Uint16Array(bucketCount);
const counts = new Uint32Array(bucketCount);

/** As a histogram that can be asked and merged. */
export function histogramOf(sum: HistogramSum, max: number): Histogram {
  return Histogram.fromBuckets(buckets, counts, sum.copyTo(buckets, counts), max);
}
