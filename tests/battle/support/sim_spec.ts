// A simulated provider as a scenario holds it, as tests change it: at once, without faults, knowing everything.

import type { ProviderSpec } from "../../../battle/model/scenario.ts";

export type SimSpec = Extract<ProviderSpec, { readonly kind: "sim" }>;

export function simSpec(id: string, changes: Partial<SimSpec> = {}): SimSpec {
  return {
    kind: "sim",
    id,
    latency: { kind: "fixed", ms: 0 },
    failureRate: 0,
    lagBlocks: 0,
    rateLimit: null,
    archive: true,
    getLogsRange: null,
    denyMethods: [],
    ws: true,
    config: {},
    ...changes,
  };
}
