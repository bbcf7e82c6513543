// `/v1`: chains, how a chain stands, and its blocks. What the router does not know by itself is asked of the providers
// through the pipeline, as calls of Lasso's own.

import { z } from "zod";
import type { ChainRoute } from "../../routing/chain_route.ts";
import { readQuantity } from "../../rpc/json_values.ts";
import { providerState } from "../../providers/provider_state.ts";
import { type BlockAnswer, blockObject, blockOf, type BlockWish } from "../v1_blocks.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { queryTypes, text } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso } from "./shapes.ts";
import { providerStates } from "./status_schemas.ts";

const tag = "chains";
const state = z.enum(["unknown", "good", "bad"]).meta({
  description: "unknown: there is no evidence yet; a chain that nobody asks for is not asked about.",
});

const chainEntry = z.strictObject({
  name: z.string(),
  chain_id: z.int(),
  aliases: z.array(z.string()),
  state,
  awake: z.boolean(),
  head: z.int().nullable().meta({ description: "null: there is no evidence yet." }),
  providers: z.int(),
});

const chainStanding = z.strictObject({
  name: z.string(),
  chain_id: z.int(),
  state,
  strategy: z.string(),
  strategy_overridden: z.boolean(),
  drained: z.boolean(),
  head: z.int().nullable(),
  head_hash: z.string().nullable(),
  head_at: at.nullable().meta({ description: "The block's own time." }),
  age_ms: z.number().nullable().meta({ description: "Since the block's own time." }),
  finalized: z.int().nullable(),
  missing: z.string().nullable().meta({ description: "Why head or finalized is null; null: neither is." }),
  block_time_ms: z.number(),
  providers: z.strictObject({ up: z.int(), total: z.int() }),
  lag: z.array(z.strictObject({
    provider: z.string(),
    state: z.enum(providerStates),
    head: z.int().nullable(),
    lag_blocks: z.number().nullable().meta({ description: "null: its height is not known." }),
  })),
});

const block = z.looseObject({
  number: z.string(),
  hash: z.string(),
  parentHash: z.string(),
  timestamp: z.string(),
  transactions: z.array(z.string()).meta({ description: "Hashes." }),
}).meta({ description: "As eth_getBlockByNumber gives it, with the transactions' hashes." });
type Block = z.infer<typeof block>;

const unavailable = "No provider could say at this moment.";
const sharedMs = 1_000;

export function v1Routes(deps: ApiDeps): readonly Route[] {
  const { state: server } = deps;
  const types = queryTypes(server);
  const params = z.strictObject({ chain: types.chain });
  const newest = sharedAnswers(deps);
  return [
    route({
      method: "get",
      path: "/v1/chains",
      tag,
      access: "read",
      summary: "The chains that are served",
      data: z.array(chainEntry),
      handle: () => ({ data: server.router.routes.map(entryOf) }),
    }),
    route({
      method: "get",
      path: "/v1/chains/{chain}/status",
      tag,
      access: "read",
      summary: "How a chain stands: head, age, finalized, providers, lag",
      params,
      data: chainStanding,
      errors: { 404: "The chain is not configured." },
      example: { target: "/v1/chains/ethereum/status" },
      handle: async ({ params: { chain } }) => ({ data: await standingOf(chain, deps, newest) }),
    }),
    route({
      method: "get",
      path: "/v1/chains/{chain}/blocks/latest",
      tag,
      access: "read",
      summary: "The newest block",
      params,
      data: block,
      errors: { 404: "The chain is not configured.", 503: unavailable },
      example: { target: "/v1/chains/ethereum/blocks/latest" },
      handle: async ({ params: { chain }, signal }) => {
        atTheDoor(chain);
        const answer = await blockOf(chain, { kind: "tag", tag: "latest" }, {}, signal);
        return { data: found(answer, "latest", chain) };
      },
    }),
    route({
      method: "get",
      path: "/v1/chains/{chain}/blocks/{block}",
      tag,
      access: "read",
      summary: "A block by number or hash",
      params: z.strictObject({ chain: types.chain, block: blockWish }),
      data: block,
      errors: { 404: "The chain is not configured, or there is no such block.", 503: unavailable },
      example: { target: "/v1/chains/ethereum/blocks/0x10" },
      handle: async ({ params: { chain, block: wish }, signal }) => {
        atTheDoor(chain);
        const shown = wish.kind === "hash" ? wish.hash : wish.kind === "number" ? String(wish.number) : "";
        // Its digits are lost, and no chain will ever have it.
        const isBeyond = wish.kind === "number" && !Number.isSafeInteger(wish.number);
        if (isBeyond) throw unknownBlock("of such a number", chain);
        return { data: found(await blockOf(chain, wish, {}, signal), shown, chain) };
      },
    }),
  ];
}

const blockForms = "a decimal number, a hex number (0x10), a hash (0x and 64 hex digits), or latest";

const blockWish = text<BlockWish>((given) => {
  if (/^0x[0-9a-f]{64}$/i.test(given)) return { value: { kind: "hash", hash: given.toLowerCase() } };
  if (/^(?:\d{1,64}|0x[0-9a-f]{1,63})$/i.test(given)) {
    return { value: { kind: "number", number: Number(given) } };
  }
  const shown = JSON.stringify(given.slice(0, 80));
  return { problem: `must be a block's number or hash; this was ${shown}`, allowed: blockForms };
}, { description: `A block: ${blockForms}.`, examples: ["0x10"], maxLength: 66 });

function entryOf({ chain }: ChainRoute): z.infer<typeof chainEntry> {
  return {
    name: chain.name,
    chain_id: chain.settings.chainId,
    aliases: [...chain.settings.aliases],
    state: chain.ready(),
    awake: chain.awake,
    head: chain.head,
    providers: chain.providers.length,
  };
}

type Newest = (on: ChainRoute, tag: "latest" | "finalized") => Promise<BlockAnswer>;

/** Who looks at a chain's standing every second must not cost its providers two calls each time. */
function sharedAnswers({ state: { deps: { clock } } }: ApiDeps): Newest {
  const kept = new WeakMap<ChainRoute, Map<string, { at: number; answer: Promise<BlockAnswer> }>>();
  return (on, wanted) => {
    const ofChain = kept.get(on) ?? new Map<string, { at: number; answer: Promise<BlockAnswer> }>();
    kept.set(on, ofChain);
    const known = ofChain.get(wanted);
    if (known !== undefined && clock.now() - known.at < sharedMs) return known.answer;
    const wish = { kind: "tag", tag: wanted } as const;
    const answer = blockOf(on, wish, { timeoutMs: 3_000 }, new AbortController().signal);
    ofChain.set(wanted, { at: clock.now(), answer });
    return answer;
  };
}

async function standingOf(
  on: ChainRoute,
  { state: server }: ApiDeps,
  newest: Newest,
): Promise<z.infer<typeof chainStanding>> {
  const [latest, finalized] = await Promise.all([newest(on, "latest"), newest(on, "finalized")]);
  const { chain } = on;
  const { clock } = server.deps;
  const head = blockIn(latest);
  const number = readQuantity(head?.number) ?? null;
  const seconds = readQuantity(head?.timestamp);
  const bornAt = seconds === undefined || seconds > 8_640_000_000_000 ? null : seconds * 1000;
  const states = chain.providers.map((provider) => providerState(provider, clock.now())[0]);
  const missing = [
    number === null && chain.head === null ? `head: ${whyMissing(latest)}` : null,
    blockIn(finalized) === null ? `finalized: ${whyMissing(finalized)}` : null,
  ].filter((why) => why !== null);
  const isNewest = number !== null && number >= (chain.head ?? 0);
  return {
    name: chain.name,
    chain_id: chain.settings.chainId,
    state: chain.ready(),
    strategy: on.strategyOverride ?? chain.settings.strategy,
    strategy_overridden: on.strategyOverride !== null,
    drained: on.drained,
    head: isNewest ? number : chain.head,
    head_hash: isNewest && typeof head?.hash === "string" ? head.hash : null,
    head_at: isNewest && bornAt !== null ? iso(bornAt) : null,
    age_ms: isNewest && bornAt !== null ? Math.max(0, clock.wallNow() - bornAt) : null,
    finalized: readQuantity(blockIn(finalized)?.number) ?? null,
    missing: missing.length === 0 ? null : missing.join("; "),
    block_time_ms: Math.round(chain.blockTimeMs),
    providers: { up: states.filter((word) => word === "up").length, total: states.length },
    lag: chain.providers.map(({ id, head: own, channels }, place) => ({
      provider: id,
      state: states[place]!,
      head: own,
      lag_blocks: channels[0]?.candidate.lagBlocks ?? null,
    })),
  };
}

function blockIn(answer: BlockAnswer): Record<string, unknown> | null {
  return answer.kind === "block" ? blockObject(answer.text) : null;
}

function whyMissing(answer: BlockAnswer): string {
  return answer.kind === "failed" ? answer.why : "no provider knows it";
}

/** A chain that the operator took out of service serves no blocks either. */
function atTheDoor(on: ChainRoute): void {
  if (!on.drained) return;
  const message = `The operator took the chain ${on.chain.name} out of service.`;
  throw new ApiError(503, "drained", message);
}

function found(answer: BlockAnswer, shown: string, { chain }: ChainRoute): Block {
  const object = blockIn(answer);
  if (object !== null) return object as Block;
  // There is always a newest one: that none was given says nothing of the chain.
  if (answer.kind === "unknown" && shown !== "latest") throw unknownBlock(shown, { chain });
  const message = `The block ${shown} of ${chain.name} could not be had: ${whyMissing(answer)}`;
  throw new ApiError(503, "unavailable", message, "Try again in a moment; see /status for the providers.");
}

function unknownBlock(shown: string, { chain }: Pick<ChainRoute, "chain">): ApiError {
  const head = chain.head === null ? null : `The head of the chain is ${chain.head}.`;
  return new ApiError(404, "unknown_block", `No provider of ${chain.name} knows the block ${shown}.`, head);
}
