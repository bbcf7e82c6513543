// What a simulated provider was asked and how it failed on purpose. Counted by the provider, read by tests and by
// whoever compares a router's story with what really arrived.

import { type FailureKind, failureKinds } from "./provider_settings.ts";

export interface ProviderStats {
  /** HTTP requests that arrived whole. */
  readonly httpRequests: number;
  /** JSON-RPC calls that were run, batch items counted singly. */
  readonly calls: number;
  readonly callsByMethod: Readonly<Record<string, number>>;
  /** Simulated failures of HTTP requests. */
  readonly failures: Readonly<Record<FailureKind, number>>;
  /** HTTP requests refused by the rate limit. */
  readonly rateLimited: number;
  /** HTTP requests being answered. */
  readonly inFlight: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Clients choose method names: beyond so many different ones they are counted together, as `other`. */
const MAX_METHODS = 256;

export class StatsCounter {
  httpRequests = 0;
  rateLimited = 0;
  inFlight = 0;
  #calls = 0;
  readonly #byMethod = new Map<string, number>();
  readonly #failures = new Map<FailureKind, number>();

  countCall(method: string): void {
    this.#calls++;
    const known = this.#byMethod.get(method);
    const name = known === undefined && this.#byMethod.size >= MAX_METHODS ? "other" : method;
    this.#byMethod.set(name, (this.#byMethod.get(name) ?? 0) + 1);
  }

  countFailure(kind: FailureKind): void {
    this.#failures.set(kind, (this.#failures.get(kind) ?? 0) + 1);
  }

  snapshot(): ProviderStats {
    const failures = {} as Mutable<ProviderStats["failures"]>;
    for (const kind of failureKinds) failures[kind] = this.#failures.get(kind) ?? 0;
    return {
      httpRequests: this.httpRequests,
      calls: this.#calls,
      callsByMethod: Object.fromEntries(this.#byMethod),
      failures,
      rateLimited: this.rateLimited,
      inFlight: this.inFlight,
    };
  }
}
