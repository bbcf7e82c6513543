// What goes wrong at the providers of a stage, step by step with its blocks: a seed's sequence of kills, resets, closes,
// stalls, lag and announcements that are skipped or doubled, each mended some blocks later. It waits for blocks only.

import type { SimulatedProvider } from "../../battle/simulator/provider.ts";
import { below, type Random, seededRandom } from "../../core/random.ts";
import type { StreamStage } from "./stream_stage.ts";

interface Fault {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /** Calls to the provider fail, or are answered from behind. */
  readonly deaf: boolean;
  /** It leaves logs out while it looks healthy. */
  readonly loses: boolean;
  /** Blocks until it is mended, from and to. */
  readonly blocks: readonly [number, number];
  begin(provider: SimulatedProvider, random: Random): void | Promise<void>;
  end?(provider: SimulatedProvider): void | Promise<void>;
}

/** Those with which a subscription ends, and those that only make it worse. */
const faults: readonly Fault[] = [
  {
    name: "kill",
    weight: 4,
    deaf: true,
    loses: false,
    blocks: [1, 4],
    begin: (p) => p.kill(),
    end: (p) => p.revive(),
  },
  { name: "drop", weight: 4, deaf: false, loses: false, blocks: [1, 1], begin: (p) => p.dropSockets() },
  {
    name: "close",
    weight: 3,
    deaf: false,
    loses: false,
    blocks: [1, 1],
    begin: (p, random) => p.closeSockets([1000, 1001, 1011, 1012, 1013][below(random, 5)]!, "so long"),
  },
  {
    name: "stall",
    weight: 2,
    deaf: true,
    loses: false,
    blocks: [4, 14],
    begin: (p) => p.set({ stall: true }),
    end: (p) => p.set({ stall: false }),
  },
  {
    name: "silence",
    weight: 1,
    deaf: false,
    loses: true,
    blocks: [8, 14],
    begin: (p) => p.set({ stallSubscriptions: true }),
    end: (p) => p.set({ stallSubscriptions: false }),
  },
  {
    name: "lag",
    weight: 2,
    deaf: true,
    loses: false,
    blocks: [2, 6],
    begin: (p, random) => p.set({ lagBlocks: 1 + below(random, 5) }),
    end: (p) => p.set({ lagBlocks: 0 }),
  },
  {
    name: "skip",
    weight: 1,
    deaf: false,
    loses: false,
    blocks: [1, 1],
    begin: (p) => p.set({ skipHeads: { next: 1 } }),
  },
  {
    name: "lose",
    weight: 1,
    deaf: false,
    loses: true,
    blocks: [1, 1],
    begin: (p) => p.set({ skipLogs: { next: 1 } }),
  },
  {
    name: "double",
    weight: 1,
    deaf: false,
    loses: false,
    blocks: [1, 3],
    begin: (p) => p.set({ duplicateEvents: 0.5 }),
    end: (p) => p.set({ duplicateEvents: 0 }),
  },
  {
    name: "refuse",
    weight: 1,
    deaf: false,
    loses: false,
    blocks: [2, 6],
    begin: refuse,
    end: (p) => p.set({ ws: true }),
  },
];

function refuse(provider: SimulatedProvider): void {
  provider.set({ ws: false });
  provider.dropSockets();
}

interface Begun {
  readonly provider: SimulatedProvider;
  readonly fault: Fault;
  readonly until: number;
}

export interface ScheduleOptions {
  readonly seed: number;
  /** It goes on until this holds. */
  readonly enough: () => boolean;
  /** It fails when this was not enough. */
  readonly maxBlocks: number;
  /** All may be deaf at the same time; without it one always answers. */
  readonly allDown?: boolean;
  /**
   * Providers may leave logs out while they look healthy. It is found out where blooms are trusted or every block is
   * confirmed, else perhaps later, when what came after them has to be taken back.
   */
  readonly loseLogs?: boolean;
  /** Called at each step, before faults. */
  readonly step?: (random: Random) => void;
}

/** Returns how often each fault began, mended all of them. */
export async function runFaults(
  stage: StreamStage,
  options: ScheduleOptions,
): Promise<Record<string, number>> {
  const random = seededRandom(options.seed);
  const begun: Begun[] = [];
  const counts: Record<string, number> = {};
  const mend = async (due: (one: Begun) => boolean): Promise<void> => {
    for (const one of begun.filter(due)) {
      begun.splice(begun.indexOf(one), 1);
      await one.fault.end?.(one.provider);
    }
  };
  for (let block = 0; !options.enough(); block++) {
    if (block === options.maxBlocks) {
      throw new Error(`Seed ${options.seed}: not enough within ${block} blocks: ${JSON.stringify(counts)}`);
    }
    await stage.blocks(1);
    await mend(({ until }) => until <= block);
    options.step?.(random);
    const well = stage.providers.filter((provider) => !begun.some((one) => one.provider === provider));
    // One that streams, where there is one: what happens to the others nobody feels.
    const streaming = well.filter(({ stats }) => stats.subscriptions.open > 0);
    const provider = pick(streaming.length > 0 ? streaming : well, random);
    if (provider === undefined) continue;
    const others = stage.providers.filter((other) => other !== provider);
    const isDeaf = (other: SimulatedProvider): boolean =>
      begun.some((one) => one.provider === other && one.fault.deaf);
    const mayBeDeaf = options.allDown === true || !others.every(isDeaf);
    const may = ({ deaf, loses }: Fault): boolean =>
      (mayBeDeaf || !deaf) && (options.loseLogs === true || !loses);
    const fault = drawFault(faults.filter(may), random);
    const [least, most] = fault.blocks;
    begun.push({ provider, fault, until: block + least + below(random, most - least + 1) });
    counts[fault.name] = (counts[fault.name] ?? 0) + 1;
    await fault.begin(provider, random);
  }
  await mend(() => true);
  return counts;
}

function pick<T>(list: readonly T[], random: Random): T | undefined {
  return list[below(random, Math.max(1, list.length))];
}

function drawFault(from: readonly Fault[], random: Random): Fault {
  let at = below(random, from.reduce((sum, { weight }) => sum + weight, 0));
  return from.find(({ weight }) => (at -= weight) < 0)!;
}
