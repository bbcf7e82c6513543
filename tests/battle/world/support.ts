// What the world's tests share: the chains of a scenario, faults on them, and calls to providers.

import { systemClock } from "../../../core/clock.ts";
import type { Fault, PlannedFault } from "../../../battle/model/fault.ts";
import type { ChainSpec, ProviderSpec } from "../../../battle/model/scenario.ts";
import type { WorldDeps } from "../../../battle/world/world_options.ts";
import type { Answer } from "../simulator/support.ts";

export const deps: WorldDeps = {
  clock: systemClock,
  findAnvil: () => {
    throw new Error("no Anvil is wanted here");
  },
};

export function chain(name: string, chainId: number, providers: readonly ProviderSpec[]): ChainSpec {
  return { name, chainId, blockTimeMs: 0, providers };
}

export function on(place: string, fault: Fault, more: Partial<PlannedFault> = {}): PlannedFault {
  const [chainName, provider] = place.split("/") as [string, string?];
  return {
    id: `${fault.kind}-${place}`,
    fault,
    chain: chainName,
    provider: provider ?? null,
    share: 1,
    methods: null,
    startUs: 0,
    endUs: 1_000_000,
    ...more,
  };
}

export async function call(url: string, method: string, ...params: unknown[]): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return await response.json() as Answer;
}
