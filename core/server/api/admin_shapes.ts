// What the admin routes share: the reply, and finding what a path names.

import { z } from "zod";
import type { Channel } from "../../providers/channel.ts";
import type { Provider } from "../../providers/provider.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import type { ServerState } from "../state.ts";
import { ApiError } from "./api_error.ts";
import { provider, providerIn, queryTypes } from "./query_types.ts";

export const tag = "admin";

export const changedShape = {
  ok: z.boolean(),
  changed: z.boolean().describe("false: it was so already."),
} as const;

/** `{ok, changed}`. */
export const changedSchema = z.strictObject(changedShape);

export type Changed = z.output<typeof changedSchema>;

export function done(changed: boolean): { data: Changed } {
  return { data: { ok: true, changed } };
}

/** Params `{chain}` and `{id}`. */
export interface ProviderPlace {
  readonly chain: ChainRoute;
  readonly id: string;
}

export function providerPlace(state: ServerState): z.ZodType<ProviderPlace> {
  return z.strictObject({ chain: queryTypes(state).chain, id: provider }) as unknown as z.ZodType<
    ProviderPlace
  >;
}

/** Throws ApiError 404 where the chain has none of that id. */
export function providerAt(state: ServerState, { chain, id }: ProviderPlace): Provider {
  providerIn(state, chain, id);
  return chain.chain.providers.find((one) => one.id === id)!;
}

/** Throws ApiError 404 where the provider is not, 409 where it has no such channel. */
export function channelAt(state: ServerState, place: ProviderPlace, transport: "http" | "ws"): Channel {
  const { channels, id } = providerAt(state, place);
  const channel = channels.find(({ protocol }) => protocol === transport);
  if (channel !== undefined) return channel;
  const has = channels.map(({ protocol }) => protocol).join(", ");
  const message = `The provider ${id} has no ${transport === "ws" ? "WebSocket" : "HTTP"} channel.`;
  throw new ApiError(409, "no_channel", message, `It has: ${has}.`);
}
