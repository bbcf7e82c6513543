// The figures of a series within a time as bytes, some 10 where there was one sample, 25 where there were ten. What
// is usual (all went well, nothing was charged) takes no bytes. Counts are exact; times are cut to 1/65,536, dollars
// to seven digits.

import { bucketOf, type Histogram } from "../histogram.ts";
import { type ByteReader, type ByteWriter, DamagedBytes } from "./bytes.ts";
import type { CellSum } from "./cell_sum.ts";
import { readBuckets, writeBuckets } from "./histogram_codec.ts";
import type { HistogramSum } from "./histogram_sum.ts";
import type { Cell } from "./model.ts";
import { okNumber, outcomeNames, outcomeNumber } from "./outcome_numbers.ts";

// The first byte: two bits say which values follow, each further one that something follows.
const values = { none: 0, single: 1, histogram: 2, gauge: 3 } as const;
const flags = { outcomes: 4, allOk: 8, failed: 16, failovers: 32, units: 64, usd: 128 } as const;

/** What is written of a cell, wherever it comes from. */
interface Figures {
  readonly n: number;
  readonly failed: number;
  readonly failovers: number;
  readonly units: number;
  readonly usd: number;
  readonly sum: number;
  readonly max: number;
  readonly last: number;
}

const names: string[] = [];
const counts: number[] = [];

export function encodeCell(writer: ByteWriter, cell: Cell): void {
  names.length = counts.length = 0;
  for (const [name, count] of cell.outcomes) {
    if (count === 0) continue;
    names.push(name);
    counts.push(count);
  }
  encode(writer, cell, cell.histogram, cell.histogram === null && cell.n > 0 ? cell.n : 0);
}

export function encodeSum(writer: ByteWriter, sum: CellSum): void {
  names.length = counts.length = 0;
  for (let number = 1; number < sum.outcomes.length; number++) {
    const count = sum.outcomes[number]!;
    if (count === 0) continue;
    names.push(outcomeNames[number]!);
    counts.push(count);
  }
  for (const [name, count] of sum.others) {
    names.push(name);
    counts.push(count);
  }
  encode(writer, sum, sum.histogram, sum.gauged);
}

function encode(
  writer: ByteWriter,
  figures: Figures,
  histogram: Histogram | HistogramSum | null,
  gauged: number,
): void {
  const { n, failed, failovers, units, usd } = figures;
  const kind = kindOf(figures, histogram, gauged);
  const allOk = names.length === 1 && names[0] === "ok" && counts[0] === n;
  writer.byte(
    kind |
      (allOk ? flags.allOk : names.length > 0 ? flags.outcomes : 0) |
      (failed > 0 ? flags.failed : 0) |
      (failovers > 0 ? flags.failovers : 0) |
      (units !== 0 ? flags.units : 0) |
      (usd !== 0 ? flags.usd : 0),
  );
  writer.varint(n);
  if (failed > 0) writer.varint(failed);
  if (failovers > 0) writer.varint(failovers);
  if (units !== 0) writer.number(units);
  if (usd !== 0) writer.float32(usd);
  if (!allOk && names.length > 0) writeOutcomes(writer);
  if (kind === values.single) writer.float24(figures.sum);
  else if (kind === values.histogram) {
    writer.float24(figures.sum);
    writer.float24(figures.max);
    writer.float24(figures.last);
    writeBuckets(writer, histogram!);
  } else if (kind === values.gauge) {
    writer.varint(gauged);
    writer.number(figures.sum);
    if (gauged === 1) return;
    writer.number(figures.max);
    writer.number(figures.last);
  }
}

function kindOf(
  { n, sum, max, last }: Figures,
  histogram: Histogram | HistogramSum | null,
  gauged: number,
): number {
  if (gauged > 0) return values.gauge;
  const samples = histogram?.count ?? 0;
  if (samples === 0) return values.none;
  return n === 1 && samples === 1 && sum === max && sum === last ? values.single : values.histogram;
}

function writeOutcomes(writer: ByteWriter): void {
  writer.varint(names.length);
  for (let i = 0; i < names.length; i++) {
    const number = outcomeNumber(names[i]!);
    writer.varint(number);
    if (number === 0) writer.text(names[i]!);
    writer.varint(counts[i]!);
  }
}

/** Adds a cell that was written. Later times last: `last` is of the newest. Throws DamagedBytes. */
export function addCell(reader: ByteReader, into: CellSum): void {
  const first = reader.byte();
  const n = reader.varint();
  into.n += n;
  if (first & flags.failed) into.failed += reader.varint();
  if (first & flags.failovers) into.failovers += reader.varint();
  if (first & flags.units) into.units += reader.number();
  if (first & flags.usd) into.usd += reader.float32();
  if (first & flags.allOk) into.outcomes[okNumber] = into.outcomes[okNumber]! + n;
  else if (first & flags.outcomes) readOutcomes(reader, into);
  switch (first & 3) {
    case values.single: {
      const value = reader.float24();
      into.value(value, value, value);
      into.buckets().add(bucketOf(value), 1);
      break;
    }
    case values.histogram: {
      const sum = reader.float24();
      const max = reader.float24();
      into.value(sum, max, reader.float24());
      readBuckets(reader, into.buckets());
      break;
    }
    case values.gauge: {
      const gauged = reader.varint();
      const sum = reader.number();
      into.gauged += gauged;
      if (gauged === 1) into.value(sum, sum, sum);
      else {
        const max = reader.number();
        into.value(sum, max, reader.number());
      }
    }
  }
}

function readOutcomes(reader: ByteReader, into: CellSum): void {
  const size = reader.varint();
  for (let i = 0; i < size; i++) {
    const number = reader.varint();
    if (number >= outcomeNames.length) throw new DamagedBytes("there is no such outcome");
    const name = number === 0 ? reader.text() : "";
    into.outcome(name, number, reader.varint());
  }
}
