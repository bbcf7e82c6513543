// A chain of the world: simulated, with its record of what was true, or none where its providers are real nodes, which
// have chains of their own.

import type { Clock } from "../../core/clock.ts";
import type { ChainSpec } from "../model/scenario.ts";
import { simulatedChainOptions } from "../plan/simulated_history.ts";
import { createSimulatedChain, type SimulatedChain } from "../simulator/chain.ts";
import { type ChainTruth, recordTruth, type TruthRecording } from "../simulator/chain_truth.ts";
import type { Ledger } from "../simulator/ledger.ts";
import { type LedgerRecording, recordLedger } from "../simulator/ledger_recorder.ts";

type Moment = ChainTruth["heads"][number];

export class ChainPlace implements Disposable {
  readonly name: string;
  /** null: nothing simulated stands on it. */
  readonly simulated: SimulatedChain | null;
  readonly #truth: TruthRecording | null;
  readonly #ledger: LedgerRecording | null;

  constructor(spec: ChainSpec, seed: number, clock: Clock) {
    this.name = spec.name;
    const isSimulated = spec.providers.some(({ kind }) => kind === "sim");
    this.simulated = isSimulated
      ? createSimulatedChain({ ...simulatedChainOptions(spec, seed), clock })
      : null;
    this.#truth = this.simulated && recordTruth(this.simulated, () => clock.now() * 1000);
    this.#ledger = this.simulated && recordLedger(this.simulated);
  }

  get ledger(): Ledger | null {
    return this.#ledger?.ledger ?? null;
  }

  /** `zeroMs`: time 0 on the clock of the world. */
  truth(zeroMs: number): ChainTruth | null {
    const recorded = this.#truth?.truth();
    if (recorded === undefined) return null;
    const since = (us: number): number => Math.round(us - zeroMs * 1000);
    const placed = ({ atUs, hash }: Moment): Moment => ({ atUs: since(atUs), hash });
    return {
      ...recorded,
      heads: recorded.heads.map(placed),
      ownBranches: recorded.ownBranches.map(({ provider, fromUs, toUs, blocks }) => ({
        provider,
        fromUs: since(fromUs),
        toUs: toUs === null ? null : since(toUs),
        blocks: blocks.map(placed),
      })),
    };
  }

  [Symbol.dispose](): void {
    this.#truth?.[Symbol.dispose]();
    this.#ledger?.[Symbol.dispose]();
    this.simulated?.[Symbol.dispose]();
  }
}
