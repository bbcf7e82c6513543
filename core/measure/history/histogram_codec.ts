// A histogram as bytes: how many buckets, the first one with its count, then one byte for each further one that lies
// near its predecessor and holds few samples, which is nearly all of them.

import { bucketCount, type Histogram } from "../histogram.ts";
import { ByteReader, ByteWriter, DamagedBytes } from "./bytes.ts";
import { histogramOf, HistogramSum } from "./histogram_sum.ts";

// One byte 0dddd ccc: the distance to the bucket before (1 to 16), and the count (1 to 8). Else `far`, both in full.
const far = 0x80;
const buckets = new Uint16Array(bucketCount);
const counts = new Uint32Array(bucketCount);

/** What has buckets: a Histogram or a HistogramSum. */
export interface Buckets {
  copyTo(buckets: Uint16Array, counts: Uint32Array): number;
}

export function writeBuckets(writer: ByteWriter, from: Buckets): void {
  const size = from.copyTo(buckets, counts);
  writer.varint(size);
  if (size === 0) return;
  writer.varint(buckets[0]!);
  writer.varint(counts[0]!);
  writer.reserve(size);
  for (let i = 1; i < size; i++) {
    const distance = buckets[i]! - buckets[i - 1]!;
    const count = counts[i]!;
    if (distance <= 16 && count <= 8) {
      writer.byte((distance - 1) << 3 | count - 1);
      continue;
    }
    writer.byte(far);
    writer.varint(distance);
    writer.varint(count);
  }
}

/** Adds what was written. Throws DamagedBytes; then some of it may have been added. */
export function readBuckets(reader: ByteReader, into: HistogramSum): void {
  const size = reader.varint();
  if (size === 0) return;
  const first = reader.varint();
  let added = reader.varint();
  if (first >= bucketCount) throw new DamagedBytes("there is no such bucket");
  const sums = into.counts;
  sums[first] = sums[first]! + added;
  // Written out, for most of the time of a question is spent here.
  const { bytes } = reader;
  let { at } = reader;
  let bucket = first;
  for (let i = 1; i < size; i++) {
    const token = bytes[at++]!;
    let count = (token & 7) + 1;
    if (token < far) bucket += (token >>> 3) + 1;
    else {
      // Also behind the end: there it throws.
      reader.at = at;
      bucket += reader.varint();
      count = reader.varint();
      at = reader.at;
    }
    if (bucket >= bucketCount) break;
    sums[bucket] = sums[bucket]! + count;
    added += count;
  }
  reader.at = at;
  into.added(first, Math.min(bucket, bucketCount - 1), added);
  if (bucket >= bucketCount) throw new DamagedBytes("there is no such bucket");
}

/** A histogram by itself, as `CellGroup.histogram` holds it. */
export function encodeHistogram(histogram: HistogramSum | Histogram, max: number): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.float24(max);
  writeBuckets(writer, histogram);
  return writer.take();
}

/** Throws DamagedBytes. */
export function decodeHistogram(bytes: Uint8Array): Histogram {
  const reader = new ByteReader().open(bytes);
  const max = reader.float24();
  const sum = new HistogramSum();
  readBuckets(reader, sum);
  return histogramOf(sum, max);
}
