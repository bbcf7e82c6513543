// Waits for SIGINT or SIGTERM, drains, and returns when that is done. A second signal ends the process at once, unless
// it comes with the first: under `deno task`, npx and the like one Ctrl-C arrives twice (from the terminal, and passed
// on by the parent).

import type { CliIo } from "./io.ts";
import type { Wiring } from "./wiring.ts";

/** What comes this soon after the first signal is the same one, ms. */
export const sameSignalMs = 250;

export async function untilStopped(wiring: Wiring, io: CliIo, stop: () => Promise<void>): Promise<void> {
  const first = Promise.withResolvers<void>();
  let askedAt: number | null = null;
  const onSignal = (): void => {
    const now = wiring.clock.now();
    if (askedAt !== null) {
      if (now - askedAt < sameSignalMs) return;
      io.err("lasso: stopped at once\n");
      wiring.exit(1);
    }
    askedAt = now;
    io.err("lasso: draining; once more to stop at once\n");
    first.resolve();
  };
  // Never taken back: the process ends next, and what arrives till then must not kill it with another exit code.
  wiring.onSignal("SIGINT", onSignal);
  wiring.onSignal("SIGTERM", onSignal);
  await first.promise;
  await stop();
}
