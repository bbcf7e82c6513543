// The rows of the providers' table: one for each provider and transport, the worst first, and what is picked by the
// address. Pure.

import type { FeedChain, FeedProvider, FeedTransport } from "../../core/server/feed_model.ts";
import { isTroubled, severity } from "./severity.ts";

export interface ProviderRow {
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
  readonly transport: FeedTransport;
}

/** Shares of failures from which rows stand higher. */
const failSteps = [0.02, 0.1, 0.5] as const;

export interface Picked {
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
}

/** Worst state first; of equals who fails more, in steps; the rest as configured, so that rows keep their places. */
export function rowsOf(chains: readonly FeedChain[]): readonly ProviderRow[] {
  const rows = chains.flatMap((chain) =>
    chain.providers.flatMap((provider) =>
      provider.transports.map((transport): ProviderRow => ({ chain, provider, transport }))
    )
  );
  return rows.sort((a, b) =>
    severity(a.transport.state) - severity(b.transport.state) ||
    failStep(b.transport) - failStep(a.transport)
  );
}

/** Whether it may be folded away when there is much: nothing is the matter with it. */
export function isTroubledRow({ provider, transport }: ProviderRow): boolean {
  return isTroubled(provider) || (transport.state !== "up" && transport.state !== "unknown") ||
    (failShare(transport) ?? 0) > failSteps[0];
}

export function keyOf({ chain, provider, transport }: ProviderRow): string {
  return `${chain.name}/${provider.id}/${transport.transport}`;
}

/** Over the last 5 minutes; null without an attempt. */
export function failShare({ fiveMinutes: { n, failed } }: FeedTransport): number | null {
  return n === 0 ? null : failed / n;
}

/** `server 3, timeout 1`, the most first; null: none. */
export function errorWords(errors: Readonly<Record<string, number>>): string | null {
  const kinds = Object.entries(errors).sort(([, a], [, b]) => b - a);
  return kinds.length === 0 ? null : kinds.map(([kind, n]) => `${kind.replaceAll("_", " ")} ${n}`).join(", ");
}

/** `id`, on the chain that `on` names ("" where one chain is in view); null: there is none. */
export function pickedOf(chains: readonly FeedChain[], id: string, on: string): Picked | null {
  for (const chain of chains) {
    if (on !== "" && chain.name !== on) continue;
    const provider = chain.providers.find((one) => one.id === id);
    if (provider !== undefined) return { chain, provider };
  }
  return null;
}

function failStep(transport: FeedTransport): number {
  const share = failShare(transport) ?? 0;
  return failSteps.filter((step) => share > step).length;
}
