// An app of hono for routes (of all of them, or of the service's alone), with what holds for paths that are none.

import { Hono } from "hono";
import type { RestEnv } from "../rest_bridge.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { mount, requireAccess, type RestApp } from "./mount.ts";
import { problemResponse } from "./problem_response.ts";
import type { Route } from "./route.ts";

/** Below these paths nothing is told to who may not read, not even what exists. */
const closed = /^\/(?:status|metrics|v1|api|channels)(?:\/|$)/;
/** Served to WebSockets (feed_endpoint.ts, v1_endpoint.ts); what comes here asked for none. */
const sockets = /^\/(?:channels\/(?:events|chain\/[^/]+)|v1\/ws\/[^/]+)$/;
const closedToAll = /^\/api\/admin(?:\/|$)/;

const onlySocket = "is a WebSocket: it is opened by a WebSocket client, with ws:// or wss://.";

export function apiApp(routes: readonly Route[], deps: ApiDeps): RestApp {
  const app: RestApp = new Hono<{ Bindings: RestEnv }>();
  const { log } = deps.state.deps;
  mount(app, routes, deps);
  app.options("*", () => new Response(null, { status: 204, headers: { allow: "GET, HEAD, OPTIONS" } }));
  app.notFound((c) => {
    const { path } = c.req;
    try {
      if (closed.test(path)) requireAccess(c, deps, closedToAll.test(path) ? "admin" : "read");
      const { pathname } = new URL(c.req.url);
      if (sockets.test(pathname)) {
        throw new ApiError(426, "websocket_only", `${pathname.slice(0, 256)} ${onlySocket}`);
      }
      const hint = `Known: ${knownPaths(routes).join(", ")}.`;
      throw new ApiError(404, "not_found", `Nothing is served at ${pathname.slice(0, 256)}.`, hint);
    } catch (thrown) {
      return problemResponse(thrown, log);
    }
  });
  app.onError((thrown) => problemResponse(thrown, log));
  return app;
}

function knownPaths(routes: readonly Route[]): string[] {
  return [
    "/rpc/{chain}",
    ...new Set(routes.map(({ path }) => path).filter((path) => !closedToAll.test(path))),
  ];
}
