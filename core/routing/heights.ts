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
    const known = tellable(chain, channel, height) ? height : Math.min(height, chain.head ?? height);
    const behind = known < chain.served;
    chain.served = known;
    return { result: chain.served === height ? result : `"0x${chain.served.toString(16)}"`, behind };
  }
  if (method === "eth_getBlockByNumber" && block.kind === "tag" && block.tag === "latest") {
    const height = numberOfBlock(result);
    if (height === null) return { result, behind: false };
    chain.observeHead(channel.provider, height, true);
    const behind = height < chain.served;
    if (tellable(chain, channel, height)) chain.served = height;
    return { result, behind };
  }
  return { result, behind: isBehind(chain, channel, block) };
}

/** Did a call that means the head go to a channel that is not there yet? */
export function isBehind(chain: Chain, channel: Channel, block: BlockReference): boolean {
  const meansHead = block.kind === "tag"
    ? block.tag !== "earliest"
    : block.kind === "range" && block.to === null;
  const { head } = channel.candidate;
  return meansHead && head !== null && head < chain.served;
}

/**
 * A height far above all others counts once its block was shown; till then it is not passed on. One as far ahead as
 * a provider may be behind is told at once: a client that holds a receipt must not be told an older block.
 */
function tellable(chain: Chain, channel: Channel, height: number): boolean {
  const { head, settings } = chain;
  if (head !== null && height <= head + settings.health.maxLagBlocks) return true;
  return chain.credible(channel.provider, height);
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
