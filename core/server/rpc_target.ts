// Where a request under /rpc goes: chain, strategy, pinned provider or transport, metadata wanted. Read from path,
// then header, then query (the first that says something wins), and kept on the request's head, which a client's
// connection repeats.

import type { RequestHead } from "../http/request_head.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Router } from "../routing/router.ts";
import type { Restriction } from "../routing/selection.ts";
import { type Refusal, refuse } from "../rpc/refusal.ts";
import { corsHeaders } from "./cors.ts";

export type IncludeMeta = "none" | "headers" | "body";

export interface RpcTarget {
  readonly kind: "rpc";
  readonly route: ChainRoute;
  readonly strategy: string | null;
  readonly restriction: Restriction | null;
  readonly includeMeta: IncludeMeta;
  readonly websocketUrl: string;
  /** CORS lines of the answer. */
  readonly cors: string;
}

export interface RefusedTarget {
  readonly kind: "refused";
  readonly refusal: Refusal;
  /** Further header lines, CORS among them. */
  readonly headers: string;
}

interface Kept {
  readonly router: Router;
  readonly target: RpcTarget | RefusedTarget;
}

const rpcPath = /^(?:\/ws)?\/rpc(?:\/|$)/;

/** Is this path served by the pipeline? */
export function isRpcPath(path: string): boolean {
  return rpcPath.test(path);
}

export function targetOf(head: RequestHead, router: Router, secure: boolean): RpcTarget | RefusedTarget {
  const kept = head.cache as Kept | undefined | null;
  if (kept != null && kept.router === router) return kept.target;
  const target = read(head, router, secure);
  head.cache = { router, target } satisfies Kept;
  return target;
}

/** The target of a WebSocket: by the same rules, without those for a request with a body. Not kept. */
export function socketTargetOf(
  head: RequestHead,
  router: Router,
  secure: boolean,
): RpcTarget | RefusedTarget {
  const target = destination(head, router, secure);
  if (target.kind === "refused" || target.includeMeta !== "headers") return target;
  const message =
    'include_meta=headers is for HTTP; here it is include_meta=body, or "lasso_meta": true in a request.';
  return { kind: "refused", refusal: refuse("invalid_request", message), headers: target.cors };
}

/** The same target in another router, found by its names; or why there is none. */
export function targetIn(router: Router, target: RpcTarget): RpcTarget | Refusal {
  const { name } = target.route.chain;
  const route = router.route(name);
  if (route === undefined) return unknownChain(name, router);
  const { strategy, restriction } = target;
  if (strategy !== null && !route.hasStrategy(strategy)) return unknownStrategy(strategy, router);
  const provider = restriction?.provider ?? null;
  if (provider !== null && !hasProvider(route, provider)) return unknownProvider(provider, route);
  return { ...target, route };
}

function read(head: RequestHead, router: Router, secure: boolean): RpcTarget | RefusedTarget {
  const cors = corsHeaders(head, router.settings.server.corsOrigins);
  const refused = (refusal: Refusal, headers = ""): RefusedTarget => ({
    kind: "refused",
    refusal,
    headers: headers + cors,
  });
  if (head.method !== "POST") {
    const refusal = refuse("invalid_request", `JSON-RPC goes by POST; this was ${head.method}.`, {
      status: 405,
    });
    return refused(refusal, "allow: POST, OPTIONS\r\n");
  }
  const type = head.fields.get("content-type");
  if (says(type) && !isJsonType(type)) {
    const refusal = refuse("invalid_request", "The content type must be application/json.", { status: 415 });
    return refused(refusal);
  }
  return destination(head, router, secure);
}

/** What path, headers and query say of the way of the calls. */
function destination(head: RequestHead, router: Router, secure: boolean): RpcTarget | RefusedTarget {
  const cors = corsHeaders(head, router.settings.server.corsOrigins);
  const refused = (refusal: Refusal): RefusedTarget => ({ kind: "refused", refusal, headers: cors });
  const query = new URLSearchParams(head.query);
  const path = readPath(head.path);
  if (path === null) {
    return refused(refuse("unknown_chain", `${head.path} names no chain; use /rpc/{chain}.`));
  }
  const route = router.find(path.chain);
  if (route === undefined) return refused(unknownChain(path.chain, router));
  const strategy = firstOf(path.strategy, head.fields.get("x-lasso-strategy"), query.get("strategy"));
  if (strategy !== null && !route.hasStrategy(strategy)) return refused(unknownStrategy(strategy, router));
  const provider = firstOf(path.provider, head.fields.get("x-lasso-provider"), query.get("provider"));
  if (provider !== null && !hasProvider(route, provider)) {
    return refused(unknownProvider(provider, route));
  }
  const transport = firstOf(head.fields.get("x-lasso-transport"), query.get("transport")) ?? "both";
  if (transport !== "http" && transport !== "ws" && transport !== "both") {
    return refused(refuse("invalid_request", 'The transport must be "http", "ws" or "both".'));
  }
  const meta = firstOf(head.fields.get("x-lasso-include-meta"), query.get("include_meta")) ?? "none";
  if (meta !== "headers" && meta !== "body" && meta !== "none") {
    return refused(refuse("invalid_request", 'include_meta must be "headers" or "body".'));
  }
  const only = transport === "both" ? null : transport as "http" | "ws";
  const restriction = provider === null && only === null ? null : { provider, transport: only };
  const host = head.fields.get("host") ?? "localhost";
  const websocketUrl = `${secure ? "wss" : "ws"}://${host}/rpc/${route.chain.name}`;
  return { kind: "rpc", route, strategy, restriction, includeMeta: meta, websocketUrl, cors };
}

function hasProvider(route: ChainRoute, provider: string): boolean {
  return route.chain.providers.some(({ id }) => id === provider);
}

type Said = string | null | undefined;

/** An empty header or query value says nothing. */
function says(value: Said): value is string {
  return value !== undefined && value !== null && value !== "";
}

function firstOf(...values: readonly Said[]): string | null {
  return values.find(says) ?? null;
}

interface PathParts {
  readonly chain: string;
  readonly strategy: string | null;
  readonly provider: string | null;
}

/** `/rpc/{chain}`, `/rpc/{strategy}/{chain}`, `/rpc/provider/{id}/{chain}`, each also below `/ws`. */
function readPath(path: string): PathParts | null {
  const parts = path.split("/").filter((part) => part !== "");
  if (parts[0] === "ws") parts.shift();
  let names: string[];
  try {
    names = parts.slice(1).map(decodeURIComponent);
  } catch {
    return null;
  }
  const [first, second, third] = names;
  if (first === undefined) return null;
  if (names.length === 1) return { chain: first, strategy: null, provider: null };
  if (names.length === 2 && second !== undefined) return { chain: second, strategy: first, provider: null };
  if (names.length === 3 && first === "provider" && second !== undefined && third !== undefined) {
    return { chain: third, strategy: null, provider: second };
  }
  return null;
}

function isJsonType(type: string): boolean {
  const [name = ""] = type.split(";", 1);
  return /^\s*(?:text\/plain|(?:application|text)\/(?:json|json-rpc|jsonrequest|[\w.-]+\+json))\s*$/i.test(
    name,
  );
}

function unknownChain(name: string, router: Router): Refusal {
  const known = router.routes.map((route) => route.chain.name);
  return refuse("unknown_chain", `The chain ${quoted(name)} is not configured; known: ${few(known)}.`);
}

function unknownStrategy(name: string, router: Router): Refusal {
  const known = router.plugins.registry.strategyIds;
  return refuse("invalid_request", `The strategy ${quoted(name)} is not known; known: ${few(known)}.`);
}

function unknownProvider(id: string, route: ChainRoute): Refusal {
  const known = route.chain.providers.map((provider) => provider.id);
  const message = `The chain ${route.chain.name} has no provider ${quoted(id)}; known: ${few(known)}.`;
  return refuse("unknown_provider", message);
}

function quoted(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}

function few(names: readonly string[]): string {
  return names.length <= 24
    ? names.join(", ")
    : `${names.slice(0, 24).join(", ")} and ${names.length - 24} more`;
}
