// A simulated provider of a scenario, whichever way it is reached: its settings, the faults that are its own, and its
// books. Called by the world's places and by providers on virtual time.

import { LassoError } from "../../core/errors.ts";
import type { AnswerFault, Fault, WireFault } from "../model/fault.ts";
import type { ProviderRecord } from "../model/record.ts";
import type { ProviderSpec } from "../model/scenario.ts";
import type { ProviderChainFault } from "../simulator/chain_overlay.ts";
import type { SimulatedProvider } from "../simulator/provider.ts";
import type { SimulatedProviderSettings } from "../simulator/provider_settings.ts";

export type SimulatedSpec = Extract<ProviderSpec, { readonly kind: "sim" }>;

export function simulatedSettings(
  spec: SimulatedSpec,
): Partial<SimulatedProviderSettings> & { readonly name: string } {
  const { id, latency, failureRate, lagBlocks, rateLimit, archive, getLogsRange, denyMethods, ws } = spec;
  return { name: id, latency, failureRate, lagBlocks, rateLimit, archive, getLogsRange, denyMethods, ws };
}

/** LassoError `usage` for a fault of the chain or of the router. */
export function ownFault(
  fault: Exclude<Fault, WireFault>,
  id: string,
): AnswerFault | ProviderChainFault {
  switch (fault.kind) {
    case "reorg":
    case "memory_pressure":
    case "router_kill":
    case "router_stall":
      throw new LassoError("usage", `The fault ${id} is none of a provider's: ${fault.kind}.`, { place: id });
  }
  return fault;
}

export function providerRecord(chain: string, provider: string, node: SimulatedProvider): ProviderRecord {
  const { callsByMethod, failures, rateLimited, spoiltAnswers } = node.stats;
  return {
    chain,
    provider,
    calls: callsByMethod,
    failed: Object.values(failures).reduce((sum, count) => sum + count, 0) + rateLimited + spoiltAnswers,
    rawTransactions: [...node.rawTransactions],
  };
}
