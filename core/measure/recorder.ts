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
  ): void;
  /** One client request has settled, whatever way. `outcome`: `ok`, `error` (the caller's own) or a reason. */
  request(chain: string, method: string, outcome: string, endToEndMs: number, overheadMs: number): void;
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
