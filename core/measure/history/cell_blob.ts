// The cells of many series in one blob: an index (series numbers, ascending, and lengths) and the cells behind it, so
// that a question reads the index and decodes only what it is about. Series numbers are those of the writer.

import { ByteReader, ByteWriter, DamagedBytes } from "./bytes.ts";
import { addCell, encodeSum } from "./cell_codec.ts";
import type { CellSum, CellSums } from "./cell_sum.ts";

const format = 1;

/** One cell among the bytes of a blob or a writer. */
export interface CellPlace {
  readonly series: number;
  readonly start: number;
  readonly end: number;
}

/** Puts cells that stand in `bytes` into one blob; `places` gets sorted. */
export function packCells(places: CellPlace[], bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  places.sort((a, b) => a.series - b.series);
  const writer = new ByteWriter();
  writer.byte(format);
  writer.varint(places.length);
  let before = 0;
  for (const { series } of places) {
    writer.varint(series - before);
    before = series;
  }
  for (const { start, end } of places) writer.varint(end - start);
  for (const { start, end } of places) writer.append(bytes, start, end);
  return writer.take();
}

const reader = new ByteReader();
// The index of the blob that is being read; grown when needed.
let series = new Uint32Array(256);
let lengths = new Uint32Array(256);

/** Reads the index; gives how many cells there are, the reader stands before the first. */
function readIndex(blob: Uint8Array): number {
  reader.open(blob);
  if (reader.byte() !== format) throw new DamagedBytes("it is no blob of cells");
  const size = reader.varint();
  if (size * 2 > blob.length) throw new DamagedBytes("ends too early");
  if (size > series.length) {
    series = new Uint32Array(size * 2);
    lengths = new Uint32Array(size * 2);
  }
  let number = 0;
  for (let i = 0; i < size; i++) series[i] = number += reader.varint();
  for (let i = 0; i < size; i++) lengths[i] = reader.varint();
  return size;
}

/** Where each cell stands in the blob. Throws DamagedBytes. */
export function cellPlaces(blob: Uint8Array): CellPlace[] {
  const size = readIndex(blob);
  const places: CellPlace[] = [];
  let start = reader.at;
  for (let i = 0; i < size; i++) {
    const end = start + lengths[i]!;
    if (end > blob.length) throw new DamagedBytes("ends too early");
    places.push({ series: series[i]!, start, end });
    start = end;
  }
  return places;
}

/** Adds each cell to the sum that `sumOf` names for its series; null: it is passed over. Throws DamagedBytes. */
export function addCells(blob: Uint8Array, sumOf: (series: number) => CellSum | null): void {
  const size = readIndex(blob);
  let at = reader.at;
  for (let i = 0; i < size; i++) {
    const end = at + lengths[i]!;
    const sum = sumOf(series[i]!);
    if (sum !== null) {
      reader.at = at;
      addCell(reader, sum);
      if (reader.at !== end) throw new DamagedBytes("a cell has another length");
    }
    at = end;
  }
}

/** One blob of the sums of several, oldest first. */
export function mergeBlobs(blobs: readonly Uint8Array[], sums: CellSums): Uint8Array<ArrayBuffer> {
  const bySeries = new Map<number, CellSum>();
  const sumOf = (number: number): CellSum => {
    let sum = bySeries.get(number);
    if (sum === undefined) bySeries.set(number, sum = sums.take());
    return sum;
  };
  try {
    for (const blob of blobs) addCells(blob, sumOf);
    const writer = new ByteWriter();
    const places: CellPlace[] = [];
    for (const [number, sum] of bySeries) {
      const start = writer.length;
      encodeSum(writer, sum);
      places.push({ series: number, start, end: writer.length });
    }
    return packCells(places, writer.bytes);
  } finally {
    for (const sum of bySeries.values()) sums.give(sum);
  }
}
