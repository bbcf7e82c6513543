// Heights never go back: what an answer tells about its provider's head and the chain's, and the one correction that
// is made to a result, eth_blockNumber raised to the head that some client was told before.

import type { BlockReference } from "../plugins/strategy.ts";
import type { Chain } from "../providers/chain.ts";
import type { Channel } from "../providers/channel.ts";

export interface Served {
  readonly result: string;
  /** The answer came from behind what was served before. */
  readonly behind: boolean;
}

/** Learns from an answer, and gives the result that the client gets. */
export function heightServed(
  chain: Chain,
  channel: Channel,
  method: string,
  block: BlockReference,
  result: string,
): Served {
  if (method === "eth_blockNumber") {
    const height = quantity(result);
    if (height === null) return { result, behind: false };
    chain.observeHead(channel.provider, height, true);
    // A height far above all others counts once its block was shown; till then it is not passed on.
    const known = chain.credible(channel.provider, height) ? height : Math.min(height, chain.head ?? height);
    const behind = known < chain.served;
    chain.served = known;
    return { result: chain.served === height ? result : `"0x${chain.served.toString(16)}"`, behind };
  }
  if (block.kind !== "tag" || block.tag === "earliest") return { result, behind: false };
  if (block.tag === "latest" && method === "eth_getBlockByNumber") {
    const height = numberOfBlock(result);
    if (height === null) return { result, behind: false };
    chain.observeHead(channel.provider, height, true);
    const behind = height < chain.served;
    if (chain.credible(channel.provider, height)) chain.served = height;
    return { result, behind };
  }
  const head = channel.candidate.head;
  return { result, behind: head !== null && head < chain.served };
}

/** `"0x1b4"` as a number; null for anything else. */
function quantity(result: string): number | null {
  const match = /^"0x([0-9a-f]{1,13})"$/i.exec(result);
  return match === null ? null : Number.parseInt(match[1] as string, 16);
}

/** A block's own number: of all that a block holds only its header has a member of that name. */
function numberOfBlock(result: string): number | null {
  const match = /"number"\s*:\s*("0x[0-9a-f]{1,13}")/i.exec(result);
  return match === null ? null : quantity(match[1] as string);
}
