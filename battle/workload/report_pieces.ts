// A load's report on its way from the generator's process to the run: in pieces, since a long run's calls are too many
// for one line. Calls go as columns, from which the run makes the records with the plan that it holds anyway.

import { Buffer } from "node:buffer";
import type { PlannedWorkload } from "../model/plan.ts";
import type { CallRecord, ProcessSample, SubscriberRecord } from "../model/record.ts";
import { CallChunk } from "./call_chunk.ts";
import { CallTable } from "./call_table.ts";
import type { LoadHealth, LoadOrder, LoadReport } from "./load_generator.ts";
import { type EncodedFigures, WorkloadFigures } from "./workload_figures.ts";

export type ReportPiece =
  /** A part of a chunk, in base64; `last`: the chunk is whole. */
  | {
    readonly kind: "columns";
    readonly workload: string;
    /** Of the chunk in its table. */
    readonly place: number;
    readonly data: string;
    readonly last: boolean;
  }
  /** After the chunks of a workload: what their numbers stand for. */
  | { readonly kind: "names"; readonly workload: string; readonly names: readonly string[] }
  | { readonly kind: "calls"; readonly calls: readonly CallRecord[] }
  | { readonly kind: "subscribers"; readonly records: readonly SubscriberRecord[] };

export interface ReportEnd {
  readonly samples: readonly ProcessSample[];
  readonly figures: readonly EncodedFigures[];
  readonly health: LoadHealth;
  readonly notes: readonly string[];
}

/** Bytes, and records, in one line. */
const bytesAPiece = 3 * 1_048_576;
const recordsAPiece = 64;

/** `say` hears the pieces in order. */
export function sendReport(
  report: LoadReport,
  tables: readonly CallTable[],
  keep: LoadOrder["keep"],
  say: (piece: ReportPiece) => void,
): ReportEnd {
  for (const table of keep === "all" ? tables : []) {
    const { workload } = table;
    for (const [place, chunk] of table.chunks) {
      const bytes = chunk.encode();
      for (let from = 0; from < bytes.length; from += bytesAPiece) {
        const piece = Buffer.from(bytes.buffer, from, Math.min(bytesAPiece, bytes.length - from));
        const last = from + bytesAPiece >= bytes.length;
        say({ kind: "columns", workload, place, data: piece.toString("base64"), last });
      }
    }
    say({ kind: "names", workload, names: table.names });
  }
  if (keep !== "all") {
    for (const calls of inParts(report.calls)) say({ kind: "calls", calls });
  }
  for (const records of inParts(report.subscribers)) say({ kind: "subscribers", records });
  const { samples, figures, health, notes } = report;
  return { samples, figures: figures.map((one) => one.encode()), health, notes };
}

function* inParts<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += recordsAPiece) yield all.slice(from, from + recordsAPiece);
}

/** Puts the pieces together again. */
export class ReportReader {
  readonly #tables: ReadonlyMap<string, CallTable>;
  readonly #calls: CallRecord[] = [];
  readonly #subscribers: SubscriberRecord[] = [];
  #parts: Buffer[] = [];

  /** The workloads of the order that the generator was given. */
  constructor(workloads: readonly PlannedWorkload[]) {
    this.#tables = new Map(
      workloads.map(({ workload: { name }, calls }) => [name, new CallTable(name, calls, "all")]),
    );
  }

  take(piece: ReportPiece): void {
    switch (piece.kind) {
      case "columns":
        this.#parts.push(Buffer.from(piece.data, "base64"));
        if (!piece.last) return;
        this.#tables.get(piece.workload)?.takeChunk(
          piece.place,
          CallChunk.decode(Buffer.concat(this.#parts)),
        );
        this.#parts = [];
        return;
      case "names":
        return this.#tables.get(piece.workload)?.takeNames(piece.names);
      case "calls":
        this.#calls.push(...piece.calls);
        return;
      case "subscribers":
        this.#subscribers.push(...piece.records);
    }
  }

  finish({ samples, figures, health, notes }: ReportEnd): LoadReport {
    const calls = this.#calls;
    for (const table of this.#tables.values()) for (const call of table.records()) calls.push(call);
    return {
      calls,
      subscribers: this.#subscribers,
      samples,
      figures: figures.map((one) => WorkloadFigures.decode(one)),
      health,
      notes,
    };
  }
}
