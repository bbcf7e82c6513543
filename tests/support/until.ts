// Waits for a condition of the outside world (a process, a socket, a counter) with a deadline, never for a time.

const pollMs = 10;

/**
 * Asks `look` until it gives something that is neither undefined nor false; gives that back.
 * What `look` throws counts as "not yet", and stands in the error after `deadlineMs`.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 15_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  let last = "";
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (thrown) {
      last = `; the last look failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
    }
    if (performance.now() > end) throw new Error(`Not within ${deadlineMs} ms: ${what}${last}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
