// What a world is made of and what it gives back: types by which the run, the world's process and the world itself
// meet. Everything but the report's maps is plain JSON.

import type { Clock } from "../../core/clock.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { ProviderRecord } from "../model/record.ts";
import type { ChainSpec } from "../model/scenario.ts";
import type { ChainTruth } from "../simulator/chain_truth.ts";
import type { Ledger } from "../simulator/ledger.ts";

/** What is to be built. */
export interface WorldOptions {
  readonly chains: readonly ChainSpec[];
  /** The plan's. */
  readonly seed: number;
  /** Of the plan: those of TLS decide which providers are reached over TLS. */
  readonly faults: readonly PlannedFault[];
  /** Where the certificate authority's file goes, if there is one. It belongs to the run. */
  readonly folder: string;
}

export interface WorldDeps {
  readonly clock: Clock;
  /** Path of an executable Anvil; throws a LassoError that says what to install. Asked for only where one is needed. */
  readonly findAnvil: () => string;
}

/** Where the router reaches a provider of the world. */
export interface ProviderAddress {
  readonly chain: string;
  readonly provider: string;
  readonly url: string;
  /** null: it speaks no WebSocket. */
  readonly wsUrl: string | null;
  /** PEM file of the authority to trust for an https address; null: it is http. */
  readonly caFile: string | null;
}

export interface WorldReport {
  readonly providers: readonly ProviderRecord[];
  /** Of simulated chains, by name. */
  readonly ledgers: ReadonlyMap<string, Ledger>;
  readonly truths: ReadonlyMap<string, ChainTruth>;
  readonly notes: readonly string[];
}
