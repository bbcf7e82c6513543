// What the next provider of P14 says in its result, and what it means: the client's extra wait. Pure; used by the
// upstream and by the figure.

/** ms of the epoch, with fractions. */
export interface FailoverTimes {
  /** When the call failed at the first provider; 0: it never got there. */
  readonly failedAt: number;
  /** When it came to the next one, and when that one answered. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}

/** Clocks of two processes may differ by this much. */
const clockMs = 0.5;

/** 32 bytes of hex, in whole µs. */
export function timesResult({ failedAt, receivedAt, answeredAt }: FailoverTimes): string {
  const words = [failedAt, receivedAt, answeredAt].map((ms) =>
    Math.round(ms * 1_000).toString(16).padStart(16, "0")
  );
  return `0x${"0".repeat(16)}${words.join("")}`;
}

/** null: it is no such result. */
export function readTimes(result: unknown): FailoverTimes | null {
  if (typeof result !== "string" || !/^0x0{16}[0-9a-f]{48}$/.test(result)) return null;
  const [failedAt, receivedAt, answeredAt] = [18, 34, 50].map((at) =>
    parseInt(result.slice(at, at + 16), 16) / 1_000
  ) as [number, number, number];
  return { failedAt, receivedAt, answeredAt };
}

/**
 * ms that the client waited beyond the failure and the next provider's own time; null: the call did not fail over.
 * Throws when the times are in no order, which only clocks that differ can be the cause of.
 */
export function extraWait(times: FailoverTimes, sentAt: number, gotAt: number): number | null {
  const { failedAt, receivedAt, answeredAt } = times;
  if (failedAt === 0) return null;
  const order = [sentAt, failedAt, receivedAt, answeredAt, gotAt];
  if (order.some((at, place) => place > 0 && at < order[place - 1]! - clockMs)) {
    throw new Error(`The clocks of two processes differ: ${order.join(", ")}`);
  }
  return gotAt - failedAt - (answeredAt - receivedAt);
}
