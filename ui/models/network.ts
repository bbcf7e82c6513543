// Where each part of the network's drawing stands, in pixels of the screen: clients, Lasso, chains, providers, from left
// to right. Pure. What is well is folded when there is much of it, so that the drawing stays readable.

import type { FeedChain, FeedProvider, ProviderState } from "../../core/server/feed_model.ts";
import { type Folded, folded, isTroubled, isTroubledChain, worstOf } from "./severity.ts";

export interface ProviderSpot {
  /** null: a word for several that are folded. */
  readonly provider: FeedProvider | null;
  readonly name: string;
  readonly state: ProviderState;
  /** Of the chain's attempts of the last minute, 0..1. */
  readonly share: number;
  readonly y: number;
}

export interface ChainSpot {
  readonly chain: FeedChain;
  readonly y: number;
  readonly providers: readonly ProviderSpot[];
}

export interface NetworkPlan {
  readonly height: number;
  /** Left edges and widths. */
  readonly x: { readonly clients: number; readonly lasso: number; readonly chains: number };
  readonly width: { readonly clients: number; readonly lasso: number; readonly chains: number };
  readonly providers: { readonly x: number; readonly width: number };
  readonly middle: number;
  readonly chains: readonly ChainSpot[];
  /** Chains that are not drawn. */
  readonly folded: Folded<FeedChain>;
}

/** Narrower than this a list says it better. */
export const leastWidth = 560;
const headHeight = 22;
const leastHeight = 250;
/** Two boxes of clients above each other. */
const leastDrawn = 124;
const rowHeights = { least: 28, most: 46 };
const gap = 16;
const mostChains = 8;

/** Providers that a chain shows beside so many other chains. */
function roomFor(chains: number): number {
  return chains === 1 ? 14 : chains <= 3 ? 6 : 3;
}

export function planNetwork(all: readonly FeedChain[], width: number): NetworkPlan {
  const { shown, ...rest } = folded(all, isTroubledChain, mostChains, mostChains);
  const rows = shown.map((chain) => rowsOf(chain, roomFor(shown.length)));
  const count = rows.reduce((sum, { length }) => sum + Math.max(1, length), 0);
  const gaps = Math.max(0, shown.length - 1) * gap;
  const free = (leastHeight - headHeight - gaps) / Math.max(1, count);
  const step = Math.min(rowHeights.most, Math.max(rowHeights.least, free));
  const drawn = count * step + gaps;
  const height = headHeight + Math.max(leastDrawn, drawn);
  let y = headHeight + (height - headHeight - drawn) / 2 + step / 2;
  const chains = shown.map((chain, i): ChainSpot => {
    const providers = (rows[i] ?? []).map((row, at) => ({ ...row, y: y + at * step }));
    const from = y;
    y += Math.max(1, providers.length) * step + gap;
    return { chain, providers, y: (from + (providers.at(-1)?.y ?? from)) / 2 };
  });
  return {
    height,
    middle: headHeight + (height - headHeight) / 2,
    chains,
    folded: { shown, ...rest },
    ...across(width),
  };
}

type Row = Omit<ProviderSpot, "y">;

function rowsOf(chain: FeedChain, most: number): Row[] {
  const { shown, rest } = folded(chain.providers, isTroubled, most, most);
  const rows = shown.map((provider): Row => ({
    provider,
    name: provider.id,
    state: provider.state,
    share: shareOf(provider),
  }));
  if (rest.length === 0) return rows;
  const share = rest.reduce((sum, provider) => sum + shareOf(provider), 0);
  const state = worstOf(rest.map((provider) => provider.state)) ?? "unknown";
  return [...rows, { provider: null, name: `${rest.length} more`, state, share }];
}

/** Of all its transports. */
export function shareOf({ transports }: FeedProvider): number {
  return transports.reduce((sum, { share }) => sum + (share ?? 0), 0);
}

/** The columns over the width: boxes of fixed size, a third for the providers, the rest is for the lines. */
function across(width: number): Pick<NetworkPlan, "x" | "width" | "providers"> {
  const boxes = { clients: 88, lasso: 88, chains: 122 };
  const last = Math.max(236, Math.round(width * 0.36));
  const line = (width - boxes.clients - boxes.lasso - boxes.chains - last) / 3;
  const lasso = boxes.clients + line;
  const chains = lasso + boxes.lasso + line;
  return {
    x: { clients: 0, lasso, chains },
    width: boxes,
    providers: { x: width - last, width: last },
  };
}

/** A name cut to what fits, at about 7.2 px a character of 13 px. */
export function fitted(name: string, width: number): string {
  const most = Math.max(3, Math.floor(width / 7.2));
  return name.length <= most ? name : `${name.slice(0, most - 1)}…`;
}
