// The types by which history is written and asked: figures in cells, and rows of what happened. Written on the main
// thread (never awaited, bounded), kept and rolled up by a worker (SQLite), asked through `History`.

import type { Histogram } from "../histogram.ts";

/**
 * `call`: a client's call, end to end. `attempt`: one attempt at a channel. `race`: a stream's event that several
 * upstreams delivered. `gauge`: a value that goes up and down.
 */
export type SeriesKind = "call" | "attempt" | "race" | "gauge";

/** What a cell is about; "" where a dimension does not apply. */
export interface SeriesKey {
  readonly kind: SeriesKind;
  /** "" of what concerns the whole process. */
  readonly chain: string;
  readonly provider: string;
  readonly transport: "http" | "ws" | "";
  /** The method's label (the table's name, or `other`); of a race the event type; of a gauge its name. */
  readonly name: string;
  /** The strategy that served; "" of races and gauges. */
  readonly strategy: string;
}

export type Dimension = "chain" | "provider" | "transport" | "name" | "strategy";

/** What is asked of the figures. Absent filters match everything. */
export interface CellQuery {
  readonly kind: SeriesKind;
  /** Epoch ms; `from` is included, `to` is not. */
  readonly from: number;
  readonly to: number;
  /** Width of a point in ms; null: one point for the whole time. Raised to what was kept that long ago. */
  readonly stepMs: number | null;
  /** Dimensions that are told apart; all others are summed up. */
  readonly by: readonly Dimension[];
  readonly where?: Partial<Readonly<Record<Dimension, string>>>;
  /** Measurements of another region; default: this router's own. */
  readonly region?: string;
  /** Give the merged histograms too (encoded, see histogram_codec.ts). */
  readonly histograms?: boolean;
}

/** The figures of one point: a time, and one value of each dimension asked for. */
export interface CellGroup {
  /** Begin of the point in epoch ms. */
  readonly at: number;
  readonly key: Partial<Readonly<Record<Dimension, string>>>;
  /** Calls, attempts, races entered, samples of a gauge. */
  readonly n: number;
  /** Calls and attempts that brought neither a result nor the caller's own error; races missed. */
  readonly failed: number;
  /** By outcome: `ok`, `error`, a category or reason; of races `win`, `loss`, `missed`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Units of the provider's accounting, and US dollars, that attempts cost. */
  readonly units: number;
  readonly usd: number;
  /** Client calls that were answered only after a failover. */
  readonly failovers: number;
  /** Milliseconds; of races the margin of losses; null without a sample. */
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  /** Mean, greatest and newest value; of gauges in their own unit. null without a sample. */
  readonly mean: number | null;
  readonly max: number | null;
  readonly last: number | null;
  readonly histogram?: Uint8Array;
}

export interface CellAnswer {
  /** Width of the points that are given, in ms. */
  readonly stepMs: number;
  readonly groups: readonly CellGroup[];
}

/** A change of state: what the feed says (but for routing), audit entries, marks, alerts. */
export interface HistoryEvent {
  /** Epoch ms. */
  readonly at: number;
  /** A topic of the feed, or `audit` or `mark`. */
  readonly topic: string;
  readonly chain: string | null;
  readonly provider: string | null;
  /** For instance `breaker.open`. */
  readonly event: string;
  /** The rest, without secrets. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface KeptAttempt {
  readonly provider: string;
  readonly transport: string;
  /** From the call's arrival to the attempt's begin, and how long it took, in ms. */
  readonly started_ms: number;
  readonly ms: number;
  readonly outcome: string;
}

/** A client's call that was kept: all failures and failovers, a sample of the rest. */
export interface KeptCall {
  readonly id: string;
  /** Epoch ms of its end. */
  readonly at: number;
  readonly chain: string;
  readonly method: string;
  /** How the client came. */
  readonly transport: "http" | "ws";
  readonly strategy: string;
  /** Who answered; null: nobody. */
  readonly provider: string | null;
  readonly provider_transport: string | null;
  /** `ok`, `error` (the caller's own), or why it failed. */
  readonly outcome: string;
  readonly duration_ms: number;
  readonly overhead_ms: number;
  readonly upstream_ms: number;
  readonly retries: number;
  readonly reason: string;
  /** Candidates in the order that the call began with, each with why it stood there; figures are of the call's end. */
  readonly candidates: readonly { readonly id: string; readonly why: string }[];
  readonly attempts: readonly KeptAttempt[];
  readonly error: { readonly code: number; readonly message: string } | null;
}

/** A race that is over. */
export interface RaceResult {
  /** Epoch ms of the first copy. */
  readonly at: number;
  readonly chain: string;
  /** newHeads, logs, … */
  readonly event: string;
  /** Block hash, `block hash:log index`, transaction hash, or (of the rest) SHA-256 of the content. */
  readonly key: string;
  readonly block: number | null;
  readonly winner: string;
  /** Everybody who took part, the winner first; null: it did not deliver in time. In ms behind the winner. */
  readonly margins: readonly {
    readonly provider: string;
    readonly transport: string;
    readonly ms: number | null;
  }[];
}

/** A race that is not over: `ms` is null of who has not delivered yet. */
export interface OpenRace extends RaceResult {
  /** Epoch ms at which who has not delivered has missed it. */
  readonly closesAt: number;
}

/** A provider's races of the last 24 hours (by whole hours: the running one and 23 before it), of one event type. */
export interface RaceRank {
  readonly chain: string;
  readonly event: string;
  readonly provider: string;
  readonly transport: string;
  /** winRate × 1/(1 + avgMarginMs/100) × log10(max(races, 1)). */
  readonly score: number;
  readonly races: number;
  readonly wins: number;
  readonly losses: number;
  readonly missed: number;
  /** wins/races, 0..1. */
  readonly winRate: number;
  /** Mean over losses, in ms; null without a loss. */
  readonly avgMarginMs: number | null;
}

/** Races as they stand on the main thread: what is open now, and the rankings that strategies read. */
export interface RaceBoard {
  /** Newest first, at most `limit`; `chain` null: of all chains. Races that are over: `History.races`. */
  open(chain: string | null, limit: number): readonly OpenRace[];
  /** Best first; `event` null: of every event type, one after the other. Empty where nothing raced. */
  ranking(chain: string, event: string | null): readonly RaceRank[];
  /** Races that were ended before their time because too many were open at once, since the start. */
  readonly cutShort: number;
}

/**
 * What history itself could not store is none: letters lie in the same store. It is kept in memory and written when
 * the file takes it again; what finds no room there is counted in `HistoryState.dropped`.
 */
export type DeadLetterKind = "alert" | "transaction";

export interface DeadLetter {
  readonly id: number;
  /** Epoch ms. */
  readonly at: number;
  readonly kind: DeadLetterKind;
  /** Where it should have gone, masked. */
  readonly target: string;
  /** What should have been sent. */
  readonly body: string;
  readonly tries: number;
  readonly lastError: string;
  /** Epoch ms of the next try; null: only by hand. */
  readonly nextAt: number | null;
}

export interface PageQuery {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
  /** As an earlier page gave it: newest first, what is older than that page. */
  readonly cursor?: string | undefined;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** null: there is no more. */
  readonly next: string | null;
}

export interface EventQuery extends PageQuery {
  readonly topics?: readonly string[] | undefined;
  readonly chain?: string | undefined;
  readonly provider?: string | undefined;
}

export interface CallQuery extends PageQuery {
  readonly chain?: string | undefined;
  readonly method?: string | undefined;
  /** Answered it or was tried. */
  readonly provider?: string | undefined;
  /** An outcome, or `failed`: every one but `ok` and `error`; `failover`: answered after a failover. */
  readonly outcome?: string | undefined;
}

export interface RaceQuery extends PageQuery {
  readonly chain?: string | undefined;
  readonly event?: string | undefined;
  readonly provider?: string | undefined;
}

export interface HistoryState {
  /** The file; null: in memory only. */
  readonly file: string | null;
  /** Why nothing is written to the file at this moment; null: all is well. */
  readonly problem: string | null;
  readonly bytes: number;
  /** Rows and cells that were lost: because of a problem, or because too much came at once. */
  readonly dropped: number;
}

/** Hears; never throws, never waits. What can't be kept is counted. */
export interface HistorySink {
  event(event: HistoryEvent): void;
  call(call: KeptCall): void;
  race(race: RaceResult): void;
}

/** Everything that was kept. Asked through a worker: an answer holds all that was told before the question. */
export interface History extends HistorySink {
  state(): HistoryState;
  cells(query: CellQuery): Promise<CellAnswer>;
  events(query: EventQuery): Promise<Page<HistoryEvent>>;
  calls(query: CallQuery): Promise<Page<KeptCall>>;
  /** By request id; null: not kept. */
  findCall(id: string): Promise<KeptCall | null>;
  races(query: RaceQuery): Promise<Page<RaceResult>>;
  addDeadLetter(letter: Omit<DeadLetter, "id">): Promise<number>;
  deadLetters(query: PageQuery & { readonly kind?: DeadLetterKind | undefined }): Promise<Page<DeadLetter>>;
  deadLetter(id: number): Promise<DeadLetter | null>;
  /** False: there is no such letter (any more). */
  updateDeadLetter(
    id: number,
    change: Partial<Pick<DeadLetter, "tries" | "lastError" | "nextAt">>,
  ): Promise<boolean>;
  removeDeadLetter(id: number): Promise<boolean>;
}

/** The newest figures, kept on the main thread and renewed each second: for what can't wait for the worker. */
export interface LiveFigures {
  /** null: nothing was measured of that chain. The object is not changed later. */
  chain(name: string): LiveChain | null;
}

export interface LiveChain extends LiveSeries {
  /** Epoch ms at which the newest second that is in the figures ended. */
  readonly at: number;
  /** Client calls over the last hour that did not fail, 0..1; null without a call. */
  readonly successHour: number | null;
  /** Every channel that was tried since the start, in no order. */
  readonly channels: readonly LiveChannel[];
}

/** A channel's attempts. */
export interface LiveChannel extends LiveSeries {
  readonly provider: string;
  readonly transport: "http" | "ws";
  /** Of the chain's attempts of the last 60 s, 0..1; null when there was none. */
  readonly share: number | null;
}

/** Calls of a chain, or attempts at a channel. */
export interface LiveSeries {
  /** Per second over the last 10 s. */
  readonly rps10: number;
  /** The last 60 s, and the last 5 minutes. */
  readonly minute: LiveWindow;
  readonly fiveMinutes: LiveWindow;
  /** By outcome over the last 5 minutes: what was no answer, and neither the client's doing nor its fault. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Counts are exact to the second; percentiles (ms) are of the five-second slots that touch the window. */
export interface LiveWindow {
  readonly n: number;
  readonly failed: number;
  /** Share that did not fail, 0..1; null without a sample. */
  readonly success: number | null;
  /** Per second; over the time since the start where that is shorter. */
  readonly rps: number;
  /** null without a time. */
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/**
 * The figures of one series within one second, as they are collected. Not every sample has a time that says how fast
 * something is (see docs/measurement.md): `sum`, `max`, `last` and the histogram are of those that have one.
 */
export interface Cell {
  /** Number of its series, for this process. */
  readonly series: number;
  readonly key: SeriesKey;
  n: number;
  failed: number;
  failovers: number;
  units: number;
  usd: number;
  /** Of the values: milliseconds, or a gauge's own unit. */
  sum: number;
  max: number;
  last: number;
  readonly outcomes: Map<string, number>;
  /** null: of a gauge. */
  readonly histogram: Histogram | null;
}

/**
 * Takes the figures of a second that is over. Reads them before it returns: the cells are used again. The same second
 * may come again (the wall clock was set back, the process started anew): then its figures are further ones.
 */
export interface CellSink {
  /** `at`: begin of the second in epoch ms. Only series that have a sample are among the cells. */
  second(at: number, cells: Iterable<Cell>): void;
}
