// The one interface through which hot code reports what happened. `core/measure/meter.ts` implements it.

import type { Category } from "../rpc/category.ts";
import type { Candidate } from "../plugins/strategy.ts";

export type AttemptOutcome = "ok" | Category;

export interface Recorder {
  /**
   * One attempt at a channel has settled. `answered` is true when the upstream gave an answer that a caller can use
   * (a result, or an error that belongs to the caller). `atLeast`: it was given up after `ms`, the true time is longer.
   */
  attempt(
    chain: string,
    candidate: Candidate,
    method: string,
    ms: number,
    outcome: AttemptOutcome,
    atLeast: boolean,
    /** Monotonic ms at which it settled. */
    at: number,
    /** Id of the strategy that served the call. */
    strategy: string,
  ): void;
  /** One client request has settled, whatever way. `outcome`: `ok`, `error` (the caller's own) or a reason. */
  request(
    chain: string,
    method: string,
    outcome: string,
    endToEndMs: number,
    overheadMs: number,
    /** Monotonic ms at which it settled. */
    at: number,
    /** Id of the strategy that served it; empty: none was asked. */
    strategy: string,
    /** It was answered, but only after a channel had failed. */
    failedOver: boolean,
  ): void;
  failover(chain: string, provider: string, category: Category): void;
  breaker(chain: string, candidate: Candidate, state: "closed" | "open" | "half_open"): void;
  head(chain: string, provider: string, block: number, lagBlocks: number): void;
  reload(result: "ok" | "failed"): void;
  /** An answer to a call with a tag that came from behind the head that was served before. */
  behind(chain: string, provider: string): void;
}

export const silentRecorder: Recorder = {
  attempt: () => {},
  request: () => {},
  failover: () => {},
  breaker: () => {},
  head: () => {},
  reload: () => {},
  behind: () => {},
};

/** One upstream subscription of a stream: the same object as long as it lives. */
export interface Racer {
  readonly provider: string;
  readonly transport: "http" | "ws";
}

/** Hears which upstream brought a stream's events, and when. Never throws, never waits. */
export interface RaceTrack {
  /**
   * A copy of an event has come, after clients had the first one. `key` tells the event from others of the stream;
   * `racers`: the subscriptions that are open at this moment, in a list that is replaced, never changed; `at`:
   * monotonic ms at which the copy arrived. `block`: its block's number, null where it has none.
   */
  copy(key: string, block: number | null, racer: Racer, racers: readonly Racer[], at: number): void;
  /** The same while only one subscription is open: there is no race, but the event is known from now on. */
  alone(block: number | null, at: number): void;
  /** Lasso let a subscription go: what it did not bring it has not missed. */
  released(racer: Racer): void;
}

export interface RaceRecorder {
  /** The races of one stream. `event`: newHeads, logs, …; `blockTimeMs`: the chain's, at any moment. */
  track(chain: string, event: string, blockTimeMs: () => number): RaceTrack;
}

const silentTrack: RaceTrack = { copy: () => {}, alone: () => {}, released: () => {} };

export const silentRaces: RaceRecorder = { track: () => silentTrack };
