// Admin: chains and providers taken out and back in, a provider's WebSocket, its breakers, and asking it by hand.

import { z } from "zod";
import { adminCall, callAnswer, callBody } from "./admin_call.ts";
import { probeAnswer, probeNow } from "./admin_probe.ts";
import {
  type Changed,
  changedSchema,
  channelAt,
  done,
  providerAt,
  providerPlace,
  tag,
} from "./admin_shapes.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { duration, queryTypes } from "./query_types.ts";
import { type Answer, type Route, route } from "./route.ts";

const unknownPlace = "There is no such chain or provider.";
const maxForceMs = 7 * 86_400_000;

export function adminProviderRoutes(deps: ApiDeps): readonly Route[] {
  const { state } = deps;
  const { overrides } = state;
  const params = providerPlace(state);
  const base = { tag, access: "admin", params } as const;
  return [
    ...(["drain", "enable"] as const).map((action) =>
      route({
        ...base,
        method: "post",
        path: `/api/admin/providers/{chain}/{id}/${action}`,
        summary: action === "drain" ? "Takes a provider out" : "Takes a drained provider in again",
        description: "A drained provider gets a call only when nothing else is left, or one that is pinned.",
        data: changedSchema,
        errors: { 404: unknownPlace },
        example: { target: `/api/admin/providers/ethereum/steady/${action}` },
        handle: ({ params: place }): Answer<Changed> =>
          done(overrides.drainProvider(place.chain, providerAt(state, place), action === "drain")),
      })
    ),
    ...(["connect", "disconnect"] as const).map((action) =>
      route({
        ...base,
        method: "post",
        path: `/api/admin/providers/{chain}/{id}/${action}`,
        summary: action === "connect"
          ? "Opens a provider's WebSocket"
          : "Closes a provider's WebSocket until it is connected again",
        data: changedSchema,
        errors: { 404: unknownPlace, 409: "It has no WebSocket, or one that can't be closed by hand." },
        example: { target: `/api/admin/providers/ethereum/steady/${action}` },
        handle: ({ params: place }): Answer<Changed> => {
          const channel = channelAt(state, place, "ws");
          if (channel.transport.disconnect === undefined) {
            const message = `The transport of ${channel.id} can't be disconnected by hand.`;
            throw new ApiError(409, "not_possible", message, "Hold its breaker open instead.");
          }
          const wasOpen = channel.transport.connections > 0;
          const changed = overrides.disconnect(place.chain, channel, action === "disconnect");
          if (action === "disconnect") return done(changed);
          place.chain.chain.connectNow(channel);
          return done(changed || !wasOpen);
        },
      })
    ),
    route({
      ...base,
      method: "post",
      path: "/api/admin/providers/{chain}/{id}/probe",
      summary: "Asks a provider for its chain id and head, now",
      data: probeAnswer,
      errors: { 404: unknownPlace },
      example: { target: "/api/admin/providers/ethereum/steady/probe" },
      handle: async ({ params: place, signal }) => ({
        data: await probeNow(state, place.chain, providerAt(state, place), signal),
      }),
    }),
    route({
      ...base,
      method: "post",
      path: "/api/admin/providers/{chain}/{id}/call",
      summary: "A test call through this provider alone",
      description:
        "Counts as evidence about the provider, not as a client's call. Pinned: also where drained.",
      body: callBody,
      data: callAnswer,
      errors: { 404: unknownPlace, 409: "It has no such transport." },
      example: { target: "/api/admin/providers/ethereum/steady/call", body: { method: "eth_gasPrice" } },
      handle: async ({ params: place, body, signal }) => {
        const provider = providerAt(state, place);
        if (body.transport !== undefined) channelAt(state, place, body.transport);
        return { data: await adminCall(state, place.chain, provider, body, signal) };
      },
    }),
    ...(["drain", "enable"] as const).map((action) =>
      route({
        method: "post",
        path: `/api/admin/chains/{chain}/${action}`,
        tag,
        access: "admin",
        summary: action === "drain" ? "Takes a chain out of service" : "Takes a drained chain in again",
        description:
          "Calls of clients to a drained chain are refused (-32000, `data.reason` drained, status 503); its WebSockets are closed with 1001 once their calls have ended.",
        params: z.strictObject({ chain: queryTypes(state).chain }),
        data: changedSchema,
        errors: { 404: "There is no such chain." },
        example: { target: `/api/admin/chains/base/${action}` },
        handle: ({ params: { chain } }): Answer<Changed> => {
          const changed = overrides.drainChain(chain, action === "drain");
          if (changed && action === "drain") state.dismiss(chain.chain.name);
          return done(changed);
        },
      })
    ),
    breakerRoute(deps),
  ];
}

function breakerRoute({ state }: ApiDeps): Route {
  const place = z.strictObject({
    chain: queryTypes(state).chain,
    id: z.string().min(1).max(128),
    transport: z.enum(["http", "ws"]),
  });
  const span = duration(
    { minMs: 1_000, maxMs: maxForceMs },
    "How long it is held; default: until it is reset.",
  );
  return route({
    method: "post",
    path: "/api/admin/breakers/{chain}/{id}/{transport}",
    tag,
    access: "admin",
    summary: "Holds a breaker open or closed, or resets it",
    description:
      "Held open, the channel gets no call at all, not even as a last resort. When the time is over, it is tried like one that opened by itself. `reset` clears that, and the breaker's history.",
    params: place,
    body: z.strictObject({ action: z.enum(["reset", "open", "close"]), for: span.optional() }),
    data: changedSchema,
    errors: { 404: unknownPlace, 409: "The provider has no such channel." },
    example: {
      target: "/api/admin/breakers/ethereum/shaky/http",
      body: { action: "open", for: "30s" },
    },
    handle: ({ params: { chain, id, transport }, body }): Answer<Changed> => {
      const channel = channelAt(state, { chain, id }, transport);
      if (body.action === "reset") {
        if (body.for === undefined) return done(state.overrides.reset(chain, channel));
        const details = [{ in: "body", path: "for", problem: "goes with open and close" }];
        throw new ApiError(400, "bad_body", "A reset has no time.", "Leave `for` out.", details);
      }
      const kind = body.action === "open" ? "open" : "closed";
      return done(state.overrides.force(chain, channel, kind, body.for ?? null));
    },
  });
}
