// The routes about the process itself: what it is, whether it lives and is ready, its state, its metrics; and how a
// call would be routed at this moment.

import { z } from "zod";
import { explain } from "../../routing/explain.ts";
import { scanValue, skipSpace } from "../../rpc/json_scan.ts";
import { textToWire } from "../../rpc/wire.ts";
import { statusOf } from "../status.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { queryTypes, text } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { explanation, statusSchema } from "./status_schemas.ts";

const tag = "service";

export function serviceRoutes(deps: ApiDeps): readonly Route[] {
  const { state } = deps;
  const { chain } = queryTypes(state);
  return [
    route({
      method: "get",
      path: "/",
      tag,
      access: "open",
      summary: "What this is, and where to read on",
      data: z.strictObject({ name: z.string(), version: z.string(), paths: z.array(z.string()) }),
      handle: () => ({ data: { name: "lasso", version: state.deps.version, paths: [...firstPaths] } }),
    }),
    route({
      method: "get",
      path: "/health",
      tag,
      access: "open",
      summary: "200 while the process lives",
      data: z.strictObject({ status: z.literal("alive") }),
      handle: () => ({ data: { status: "alive" as const } }),
    }),
    route({
      method: "get",
      path: "/ready",
      tag,
      access: "open",
      summary: "200 while at least one chain isn't known to be bad, nor drained",
      data: readiness,
      errors: { 503: "Draining, or no chain can be served; the answer is `data` all the same." },
      handle: () => ready(deps),
    }),
    route({
      method: "get",
      path: "/status",
      tag,
      access: "read",
      summary: "Chains, providers and channels in words and figures",
      data: statusSchema,
      handle: () => ({ data: statusOf(state) }),
    }),
    route({
      method: "get",
      path: "/metrics",
      tag,
      access: "read",
      summary: "Prometheus text",
      media: "text/plain; version=0.0.4; charset=utf-8",
      data: z.string(),
      handle: () => ({ data: state.deps.metrics() }),
    }),
    route({
      method: "get",
      path: "/api/explain",
      tag: "observation",
      access: "read",
      summary: "How a call would be routed at this moment",
      description:
        "Every candidate in the order in which it would be tried, with what speaks against it and the " +
        "strategy's own words. Nothing is sent.",
      query: z.strictObject({
        chain,
        method: z.string().min(1).max(128).meta({
          description: "A JSON-RPC method.",
          examples: ["eth_call"],
        }),
        params: params.optional(),
        strategy: z.string().min(1).max(64).optional().meta({
          description: "Instead of the configured one.",
        }),
      }),
      data: explanation,
      errors: { 404: "The chain is not configured." },
      example: { target: "/api/explain?chain=ethereum&method=eth_getBalance" },
      handle: ({ query }) => {
        const { chain: on, method, strategy } = query;
        if (strategy !== undefined && !on.hasStrategy(strategy)) {
          const known = state.router.plugins.registry.strategyIds.join(", ");
          const message = `The strategy ${JSON.stringify(strategy)} is not known.`;
          throw new ApiError(400, "bad_query", message, `Known: ${known}.`);
        }
        return { data: explain(on, method, query.params, strategy ?? null, null) };
      },
    }),
  ];
}

const firstPaths = [
  "/rpc/{chain}",
  "/docs",
  "/openapi.json",
  "/health",
  "/ready",
  "/status",
  "/metrics",
  "/api/explain",
];

const readiness = z.strictObject({
  status: z.enum(["ready", "draining", "no chain can be served"]),
  chains: z.record(z.string(), z.enum(["unknown", "good", "bad", "drained"])).optional(),
});

/** Ready while at least one chain is not known to be bad, and not drained by hand. */
function ready({ state }: ApiDeps): { data: z.infer<typeof readiness>; status: 200 | 503 } {
  if (state.draining) return { data: { status: "draining" }, status: 503 };
  const chains = Object.fromEntries(
    state.router.routes.map((on) => [on.chain.name, on.drained ? "drained" as const : on.chain.ready()]),
  );
  const isReady = Object.values(chains).some((verdict) => verdict === "good" || verdict === "unknown");
  return {
    data: { status: isReady ? "ready" : "no chain can be served", chains },
    status: isReady ? 200 : 503,
  };
}

/** Wire text of a JSON array or object; undefined for an empty text. */
const params = text<string | undefined>((given) => {
  if (given === "") return { value: undefined };
  const wire = textToWire(given);
  const from = skipSpace(wire, 0);
  const end = scanValue(wire, from);
  const first = wire.charAt(from);
  const good = end > 0 && skipSpace(wire, end) === wire.length && (first === "[" || first === "{");
  return good
    ? { value: wire }
    : { problem: "must be a JSON array or object", allowed: 'For instance params=["0x1",false]' };
}, { description: "The call's params: a JSON array or object.", examples: ['["0x1",false]'] });
