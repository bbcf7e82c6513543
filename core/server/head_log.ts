// The newest heads of each chain as they were first seen, and who showed them: a short list in memory, kept from the
// hub's events. Owned by LassoServer, shown by /api/blocks and the feed's snapshot.

import type { FeedEvent, FeedListener } from "./event_hub.ts";

export interface SeenHead {
  readonly chain: string;
  readonly block: number;
  /** null: only its height was seen. */
  readonly hash: string | null;
  /** Epoch ms at which the router heard of it first. */
  readonly at: number;
  /** Who showed it; null: not told. */
  readonly provider: string | null;
}

/** Of a chain. */
const maxHeads = 128;

export class HeadLog implements FeedListener {
  readonly notOfCalls = true;
  /** Oldest first. */
  readonly #chains = new Map<string, SeenHead[]>();

  heard({ topic, at, chain, fields }: FeedEvent): void {
    if (topic !== "head" || chain === null || typeof fields.block !== "number") return;
    let heads = this.#chains.get(chain);
    if (heads === undefined) this.#chains.set(chain, heads = []);
    const { block } = fields;
    const hash = typeof fields.hash === "string" ? fields.hash : null;
    const provider = typeof fields.provider === "string" ? fields.provider : null;
    heads.push({ chain, block, hash, at, provider });
    if (heads.length > maxHeads) heads.shift();
  }

  /** The newest one of a chain; null before the first. */
  last(chain: string): SeenHead | null {
    return this.#chains.get(chain)?.at(-1) ?? null;
  }

  /** Of one chain, newest first. */
  ofChain(chain: string, limit: number): readonly SeenHead[] {
    return this.#chains.get(chain)?.slice(-limit).reverse() ?? [];
  }

  /** Newest first; `chain` null: of every chain that `known` has. */
  newest(chain: string | null, limit: number, known: (chain: string) => boolean): readonly SeenHead[] {
    const lists = chain === null
      ? [...this.#chains].filter(([name]) => known(name)).map(([, heads]) => heads)
      : [this.#chains.get(chain) ?? []];
    return lists.flat().sort((a, b) => b.at - a.at || b.block - a.block).slice(0, limit);
  }
}
