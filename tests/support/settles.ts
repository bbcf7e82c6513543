// A time limit for what a contract's case waits for: one that hangs must not stop all the others.

const settleWithinMs = 20_000;

/** Rejects when `work` takes longer than 20 s. */
export async function settles(work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const error = new Error(`It did not settle within ${settleWithinMs / 1_000} s.`);
  const timer = setTimeout(() => late.reject(error), settleWithinMs);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
