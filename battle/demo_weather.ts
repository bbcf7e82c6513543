// What goes wrong in the demo now and then, so that there is something to see: a small reorg on each chain every
// minute or so, and one provider of each that drops its WebSockets. From the clock and the randomness that it is
// given; dispose it to stop.

import type { Clock, Timer } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { below, type Random } from "../core/random.ts";
import type { SimulatedChain } from "./simulator/chain.ts";
import type { SimulatedProvider } from "./simulator/provider.ts";

export interface DemoWeatherOptions {
  readonly chains: readonly {
    readonly name: string;
    readonly chain: SimulatedChain;
    /** Whose sockets are dropped. */
    readonly dropping: SimulatedProvider;
  }[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Shortest wait, and how much longer it may be. */
const REORG_MS = [45_000, 30_000] as const;
const DROP_MS = [60_000, 60_000] as const;
const DEEPEST_REORG = 2;

export function startDemoWeather({ chains, clock, random, log }: DemoWeatherOptions): Disposable {
  const stops = chains.flatMap(({ name, chain, dropping }) => [
    nowAndThen(clock, random, REORG_MS, () => {
      const depth = 1 + below(random, DEEPEST_REORG);
      chain.reorg(depth);
      log.write("debug", "demo.reorg", { chain: name, depth });
    }),
    nowAndThen(clock, random, DROP_MS, () => {
      dropping.dropSockets();
      log.write("debug", "demo.sockets.dropped", { chain: name, provider: dropping.name });
    }),
  ]);
  return {
    [Symbol.dispose]: () => {
      for (const stop of stops) stop();
    },
  };
}

function nowAndThen(
  clock: Clock,
  random: Random,
  [leastMs, spreadMs]: readonly [number, number],
  run: () => void,
): () => void {
  const wait = (): Timer =>
    clock.after(leastMs + spreadMs * random.next(), () => {
      timer = wait();
      run();
    });
  let timer = wait();
  return () => timer.cancel();
}
