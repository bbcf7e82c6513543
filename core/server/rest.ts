// What is not JSON-RPC: the routes of core/server/api on hono. Made with the first request that wants them, so that a
// start does not pay for it, nor the first question whether Lasso lives for the description of all the rest. Never on
// the hot path, and never so much of it at once that the hot path would feel it (rest_turns.ts).

import type { RestFetch } from "./rest_bridge.ts";
import { RestTurns } from "./rest_turns.ts";
import type { ServerState } from "./state.ts";

/** Paths of the routes about the process itself, which are loaded alone. */
const ofService = /^\/(?:health|ready|status|metrics)?$/;
/** Those that a load balancer asks: they cost nothing and wait for nobody. */
const ofProbes = /^\/(?:health|ready)$/;

export function lazyRest(state: ServerState): RestFetch {
  let service: Promise<RestFetch> | null = null;
  let all: Promise<RestFetch> | null = null;
  const turns = new RestTurns();
  const deps = { ...state.deps.api, state, history: state.deps.history };
  const loadService = async (): Promise<RestFetch> => {
    const [{ apiApp }, { serviceRoutes }] = await Promise.all([
      import("./api/app.ts"),
      import("./api/service_routes.ts"),
    ]);
    return apiApp(serviceRoutes(deps), deps);
  };
  const loadAll = async (): Promise<RestFetch> => {
    const [{ apiApp }, { allRoutes }] = await Promise.all([
      import("./api/app.ts"),
      import("./api/routes.ts"),
    ]);
    return apiApp(allRoutes(deps), deps);
  };
  return {
    fetch: async (request, env) => {
      const { pathname } = new URL(request.url);
      if (!ofProbes.test(pathname)) await turns.take();
      const app = ofService.test(pathname) ? service ??= loadService() : all ??= loadAll();
      return (await app).fetch(request, env);
    },
  };
}
