// What is not JSON-RPC: the routes of core/server/api on hono. Made with the first request that wants them, so that a
// start does not pay for it, nor the first question whether Lasso lives for the description of all the rest. Never on
// the hot path.

import type { RestFetch } from "./rest_bridge.ts";
import type { ServerState } from "./state.ts";

/** Paths of the routes about the process itself, which are loaded alone. */
const ofService = /^\/(?:health|ready|status|metrics)?$/;

export function lazyRest(state: ServerState): RestFetch {
  let service: Promise<RestFetch> | null = null;
  let all: Promise<RestFetch> | null = null;
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
      const app = ofService.test(new URL(request.url).pathname)
        ? service ??= loadService()
        : all ??= loadAll();
      return (await app).fetch(request, env);
    },
  };
}
