// Waits for SIGINT or SIGTERM, drains, and returns when that is done. A second signal ends the process at once.

import type { CliIo } from "./io.ts";
import type { Wiring } from "./wiring.ts";

export async function untilStopped(wiring: Wiring, io: CliIo, stop: () => Promise<void>): Promise<void> {
  const first = Promise.withResolvers<void>();
  let asked = false;
  const onSignal = (): void => {
    if (asked) {
      io.err("lasso: stopped at once\n");
      wiring.exit(1);
    }
    asked = true;
    io.err("lasso: draining; once more to stop at once\n");
    first.resolve();
  };
  const undo = [wiring.onSignal("SIGINT", onSignal), wiring.onSignal("SIGTERM", onSignal)];
  await first.promise;
  await stop();
  for (const off of undo) off();
}
