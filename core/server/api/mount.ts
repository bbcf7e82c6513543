// Puts declared routes (route.ts) on hono: who may call, what may come in, what goes out, in one place for all. A group
// of routes is a function of ApiDeps that gives them; routes.ts lists the groups. Nothing here is on the way of /rpc.
//
// To add a group: `core/server/api/<group>_routes.ts` exporting `(deps: ApiDeps) => readonly Route[]`, one line in
// routes.ts. What it needs from outside of core/server is an optional member of ApiParts (api_deps.ts). Schemas of
// params and queries read texts (query_types.ts has the pieces); a handler throws ApiError to refuse.

import type { Context, Hono } from "hono";
import { addressPrefix, adminAccess, callerKind, readAccess } from "../access.ts";
import type { RestEnv } from "../rest_bridge.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { Audit } from "./audit.ts";
import { checkInput } from "./check_input.ts";
import { answerHeaders, asApiError, deniedError, problemResponse } from "./problem_response.ts";
import type { Answer, Caller, Route, RouteAccess } from "./route.ts";

export type RestApp = Hono<{ Bindings: RestEnv }>;
type Ctx = Context<{ Bindings: RestEnv }>;

/** What a body of the API may have; the ingress bounds it before that. */
const maxBodyChars = 262_144;

export function mount(app: RestApp, routes: readonly Route[], deps: ApiDeps): void {
  const audit = new Audit(deps.history, deps.state.deps.clock);
  const paths = new Map<string, Map<string, Route>>();
  for (const route of routes) {
    const methods = paths.get(route.path) ?? new Map<string, Route>();
    const name = route.method.toUpperCase();
    if (methods.has(name)) throw new Error(`${name} ${route.path} is declared twice`);
    paths.set(route.path, methods.set(name, route));
  }
  for (const [path, methods] of paths) {
    app.all(honoPath(path), (c) => serve(c, path, methods, deps, audit));
  }
}

/** Throws ApiError 401 or 403 where the caller may not. */
export function requireAccess(c: Ctx, deps: ApiDeps, access: RouteAccess): void {
  if (access === "open") return;
  const { fields, remoteAddress } = c.env;
  const { server } = deps.state.router.settings;
  const granted = access === "admin"
    ? adminAccess(fields, remoteAddress, server)
    : readAccess(fields, remoteAddress, server);
  if (granted !== "granted") throw deniedError(granted, access);
}

/** `/api/requests/{id}` as hono has it. */
export function honoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ":$1");
}

interface Raw {
  query: Readonly<Record<string, string | readonly string[]>>;
  body: unknown;
}

async function serve(
  c: Ctx,
  path: string,
  methods: ReadonlyMap<string, Route>,
  deps: ApiDeps,
  audit: Audit,
): Promise<Response> {
  const { log } = deps.state.deps;
  const allow = allowOf(methods);
  if (c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  const route = methods.get(c.req.method === "HEAD" ? "GET" : c.req.method);
  const access = (route ?? [...methods.values()][0]!).access;
  const raw: Raw = { query: {}, body: undefined };
  let response: Response;
  try {
    requireAccess(c, deps, access);
    if (route === undefined) throw wrongMethod(c, path, methods);
    response = answered(await handled(c, route, deps, raw), route);
  } catch (thrown) {
    response = problemResponse(asApiError(thrown, log), log);
    if (response.status === 405) response.headers.set("allow", allow);
  }
  if (access === "admin") {
    const call = {
      method: c.req.method,
      path: c.req.path,
      caller: callerOf(c, deps),
      status: response.status,
    };
    audit.write({ ...call, ...raw });
  }
  return response;
}

async function handled(c: Ctx, route: Route, deps: ApiDeps, raw: Raw): Promise<Answer<unknown>> {
  raw.query = queryOf(c);
  if (route.method !== "get") raw.body = await bodyOf(c);
  const input = checkInput(route, {
    params: c.req.param(),
    query: raw.query,
    body: raw.body === undefined ? {} : raw.body,
  });
  return await route.handle({ ...input, caller: callerOf(c, deps), signal: c.req.raw.signal });
}

function answered(
  { data, window, n, next, status = 200, headers = {} }: Answer<unknown>,
  route: Route,
): Response {
  const all: Record<string, string> = { ...answerHeaders, ...headers };
  if (route.media !== undefined) {
    const body = typeof data === "string" ? data : JSON.stringify(data);
    return new Response(body, { status, headers: { "content-type": route.media, ...all } });
  }
  const body = JSON.stringify({
    data,
    ...(window === undefined ? {} : { window }),
    ...(n === undefined ? {} : { n }),
    ...(next === undefined ? {} : { next }),
  });
  return new Response(body, { status, headers: { "content-type": "application/json", ...all } });
}

function callerOf({ env }: Ctx, deps: ApiDeps): Caller {
  const by = callerKind(env.fields, env.remoteAddress, deps.state.router.settings.server);
  return { from: addressPrefix(env.remoteAddress), by };
}

/** A key that is given once is a text, else a list; what is not percent-encoded text is taken as it stands. */
function queryOf(c: Ctx): Raw["query"] {
  const all = c.req.queries();
  return Object.fromEntries(
    Object.entries(all).map(([key, values]) => [key, values.length === 1 ? values[0]! : values]),
  );
}

/** Also an empty body has to be called JSON: a page of another origin can't do that without being asked first. */
async function bodyOf(c: Ctx): Promise<unknown> {
  const type = c.req.header("content-type") ?? "";
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    const message = `${c.req.method} takes JSON; this was ${
      type === "" ? "of no type" : JSON.stringify(type.slice(0, 64))
    }.`;
    throw new ApiError(
      415,
      "not_json",
      message,
      "Send `Content-Type: application/json`, also without a body.",
    );
  }
  const text = await c.req.text();
  if (text.length > maxBodyChars) {
    throw new ApiError(413, "too_large", `The body has more than ${maxBodyChars / 1024} KB.`);
  }
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : "it can't be read";
    throw new ApiError(400, "bad_body", "The body is no JSON.", why.slice(0, 200));
  }
}

function allowOf(methods: ReadonlyMap<string, Route>): string {
  const names = [...methods.keys()];
  if (names.includes("GET")) names.splice(names.indexOf("GET") + 1, 0, "HEAD");
  return [...names, "OPTIONS"].join(", ");
}

function wrongMethod(c: Ctx, path: string, methods: ReadonlyMap<string, Route>): ApiError {
  const names = [...methods.keys()];
  const does = names.length === 1 && names[0] === "GET" ? "is read by GET" : `takes ${names.join(", ")}`;
  const message = `${path} ${does}; this was ${c.req.method}.`;
  return new ApiError(405, "method_not_allowed", message, `Use ${names.join(" or ")}.`);
}
