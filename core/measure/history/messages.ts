// What the main thread and the worker of the history say to each other. Everything is plain data.

import type {
  CallQuery,
  CellAnswer,
  CellQuery,
  DeadLetter,
  DeadLetterKind,
  EventQuery,
  HistoryEvent,
  HistoryState,
  KeptCall,
  Page,
  PageQuery,
  RaceQuery,
  RaceResult,
  SeriesKey,
} from "./model.ts";

/** The cells of a second, packed (cell_blob.ts), with the process's numbers of series. */
export interface PackedSecond {
  /** Epoch ms. */
  readonly at: number;
  readonly blob: Uint8Array;
}

/** What was told since the batch before. */
export interface Batch {
  /** Ascending. */
  readonly id: number;
  /** Epoch ms. */
  readonly now: number;
  /** Series that appear for the first time, or again after they were forgotten, by their numbers. */
  readonly series: readonly (readonly [number: number, key: SeriesKey])[];
  /** Numbers that no second which is still to be written names, but for those in `series`. */
  readonly forgotten: readonly number[];
  readonly seconds: readonly PackedSecond[];
  readonly events: readonly HistoryEvent[];
  readonly calls: readonly KeptCall[];
  readonly races: readonly RaceResult[];
}

export interface Opening {
  readonly dataDir: string | null;
  readonly region: string;
  /** Tells this process from others: batches that were written before the worker died are not written again. */
  readonly session: number;
  readonly now: number;
  /** All series that what is still to be written may name. */
  readonly series: Batch["series"];
}

/** Each question with its answer. */
export interface Questions {
  readonly cells: { readonly query: CellQuery; readonly answer: CellAnswer };
  readonly events: { readonly query: EventQuery; readonly answer: Page<HistoryEvent> };
  readonly calls: { readonly query: CallQuery; readonly answer: Page<KeptCall> };
  readonly findCall: { readonly query: string; readonly answer: KeptCall | null };
  readonly races: { readonly query: RaceQuery; readonly answer: Page<RaceResult> };
  readonly addDeadLetter: { readonly query: Omit<DeadLetter, "id">; readonly answer: number };
  readonly deadLetters: {
    readonly query: PageQuery & { readonly kind?: DeadLetterKind | undefined };
    readonly answer: Page<DeadLetter>;
  };
  readonly deadLetter: { readonly query: number; readonly answer: DeadLetter | null };
  readonly updateDeadLetter: {
    readonly query: {
      readonly id: number;
      readonly change: Partial<Pick<DeadLetter, "tries" | "lastError" | "nextAt">>;
    };
    readonly answer: boolean;
  };
  readonly removeDeadLetter: { readonly query: number; readonly answer: boolean };
}

export type QuestionKind = keyof Questions;

export type Question = {
  readonly [Kind in QuestionKind]: {
    readonly kind: "ask";
    readonly id: number;
    readonly about: Kind;
    readonly query: Questions[Kind]["query"];
  };
}[QuestionKind];

export type ToWorker =
  | { readonly kind: "open"; readonly opening: Opening }
  | { readonly kind: "batch"; readonly batch: Batch }
  | Question
  | { readonly kind: "close" };

/** What the worker has to say, for the log; `problem`: it is also an event. */
export interface Notice {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export type FromWorker =
  /** Written, or given up and counted; also the answer to `open` (id 0). */
  | { readonly kind: "done"; readonly id: number; readonly state: HistoryState }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | { readonly kind: "refused"; readonly id: number; readonly why: string }
  | { readonly kind: "notice"; readonly notice: Notice }
  | { readonly kind: "closed" };
