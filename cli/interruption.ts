// Ctrl-C for a command that has to end in order: the first signal asks for it, a second one ends the process at once,
// unless it is the same one again (see until_stopped.ts).

import type { CliIo } from "./io.ts";
import { sameSignalMs } from "./until_stopped.ts";
import type { Wiring } from "./wiring.ts";

/** Exit code of a command that was interrupted: 128 and the number of SIGINT. */
const interruptedCode = 130;

export interface Interruption extends Disposable {
  readonly signal: AbortSignal;
}

/** `atOnce`: the last thing that is done before the process ends at once. */
export function interruption(
  { onSignal, clock, exit }: Wiring,
  io: CliIo,
  message: string,
  atOnce: () => void,
): Interruption {
  const asked = new AbortController();
  let askedAt: number | null = null;
  const fire = (): void => {
    const now = clock.now();
    if (askedAt === null) {
      askedAt = now;
      io.err(`\n${message}\n`);
      return asked.abort();
    }
    if (now - askedAt < sameSignalMs) return;
    atOnce();
    exit(interruptedCode);
  };
  const forget = [onSignal("SIGINT", fire), onSignal("SIGTERM", fire)];
  return { signal: asked.signal, [Symbol.dispose]: () => forget.forEach((each) => each()) };
}
