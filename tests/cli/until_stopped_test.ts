import assert from "node:assert/strict";
import { sameSignalMs, untilStopped } from "../../cli/until_stopped.ts";
import type { Wiring } from "../../cli/wiring.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { bufferIo } from "../support/buffer_io.ts";
import { testWiring } from "../support/test_wiring.ts";

Deno.test("untilStopped() drains on a signal, takes its echo for the same one, and ends on a second", async () => {
  const clock = new VirtualClock();
  const handlers = new Map<string, () => void>();
  const exits: number[] = [];
  const wiring: Wiring = {
    ...testWiring,
    clock,
    onSignal: (name, fire) => {
      handlers.set(name, fire);
      return () => {};
    },
    exit: (code) => {
      exits.push(code);
      throw new Error("ended");
    },
  };
  const io = bufferIo();
  const drained = Promise.withResolvers<void>();
  let stops = 0;
  const stopped = untilStopped(wiring, io, () => {
    stops++;
    return drained.promise;
  });
  const fire = (name: string): void => handlers.get(name)!();
  fire("SIGINT");
  fire("SIGINT"); // Passed on by a parent that got it from the terminal, too.
  await clock.advance(sameSignalMs - 1);
  fire("SIGTERM");
  assert.deepEqual([stops, exits], [1, []]);
  assert.equal(io.stderr, "lasso: draining; once more to stop at once\n");
  await clock.advance(1);
  assert.throws(() => fire("SIGINT"), /ended/);
  assert.deepEqual(exits, [1]);
  assert.match(io.stderr, /stopped at once/);
  drained.resolve();
  await stopped;
});
