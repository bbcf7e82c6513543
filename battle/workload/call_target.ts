// Where a workload's requests go, and what it hears of them: the seam between when calls start and how they travel. Real
// ones are http_target.ts, ws_target.ts and custom_target.ts; tests and virtual time bring their own.

/** Hears of each request once, never during `send`, and nothing after `cancel`. */
export interface TargetSink {
  /** It has left only now: it had to wait for a connection. Not called when it left during `send`. */
  sent(nth: number): void;
  /** `status` is that of HTTP; 200 where there is none. `body` is wire text. */
  answered(nth: number, status: number, body: string): void;
  /** No answer: refused, reset, closed, or against the protocol. `reason` holds no secrets. */
  broken(nth: number, reason: string): void;
}

export interface CallTarget extends AsyncDisposable {
  /** A further member of each call, with its comma, that asks for metadata; "" where the URL does. */
  readonly metaMember: string;
  /** Connects ahead, so that the first calls don't pay for it. Resolves also where that failed. */
  open(): Promise<void>;
  /** Sends request `nth` with that body (wire text); `false`: it waits for a connection, `sent` tells. */
  send(nth: number, body: string): boolean;
  /** The client has given up. Harmless for what has ended. */
  cancel(nth: number): void;
}

/** `sink` is the workload's. */
export type MakeTarget = (sink: TargetSink) => CallTarget;
