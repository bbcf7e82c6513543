// What the simulator's tests share: a chain that stands still until told, and a provider in front of it.

import { VirtualClock } from "../../../core/virtual_clock.ts";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import { createSimulatedChain, type SimulatedChain } from "../../../battle/simulator/chain.ts";
import { KeptFilters } from "../../../battle/simulator/kept_filters.ts";
import { type SimulatedProvider, startSimulatedProvider } from "../../../battle/simulator/provider.ts";
import {
  defaultProviderSettings,
  type SimulatedProviderSettings,
} from "../../../battle/simulator/provider_settings.ts";
import { SimulatedNode } from "../../../battle/simulator/simulated_node.ts";

/** Blocks only by `mine()`. */
export function stillChain(seed = 7, chainId = 1): SimulatedChain {
  return createSimulatedChain({ chainId, seed, blockTimeMs: 0, clock: new VirtualClock() });
}

export function startProvider(
  chain: SimulatedChain,
  settings: Partial<SimulatedProviderSettings> = {},
): Promise<SimulatedProvider> {
  return startSimulatedProvider(chain, { name: "sim", ...settings }, {
    clock: systemClock,
    random: seededRandom(1),
  });
}

export interface Answer {
  // deno-lint-ignore no-explicit-any
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
  readonly id?: unknown;
}

export function makeNode(
  chain: SimulatedChain,
  settings: Partial<SimulatedProviderSettings> = {},
): SimulatedNode {
  const all = { ...defaultProviderSettings, name: "sim", ...settings };
  const filters = new KeptFilters(new VirtualClock(), seededRandom(2));
  return new SimulatedNode({ chain, settings: () => all, filters, onCall: () => {} });
}

/** Calls a node directly, without HTTP. */
export function caller(
  chain: SimulatedChain,
  settings: Partial<SimulatedProviderSettings> = {},
): (method: string, ...params: unknown[]) => Answer {
  const node = makeNode(chain, settings);
  return (method, ...params) => {
    const answer = node.answer({ batch: false, items: [{ jsonrpc: "2.0", id: 1, method, params }] });
    return JSON.parse(answer ?? "null") as Answer;
  };
}
