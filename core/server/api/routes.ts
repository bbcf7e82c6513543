// All groups of routes. Loaded with the first request that is not JSON-RPC, so that schemas cost a start nothing.

import { adminRoutes } from "./admin_routes.ts";
import { alertRoutes } from "./alert_routes.ts";
import { analyticsRoutes } from "./analytics_routes.ts";
import type { ApiDeps } from "./api_deps.ts";
import { callRoutes } from "./call_routes.ts";
import { configRoutes } from "./config_routes.ts";
import { docsRoutes } from "./docs_routes.ts";
import { fileRoutes } from "./file_routes.ts";
import { historyRoutes } from "./history_routes.ts";
import { providerRoutes } from "./provider_routes.ts";
import { raceRoutes } from "./race_routes.ts";
import type { Route } from "./route.ts";
import { serviceRoutes } from "./service_routes.ts";
import { streamRoutes } from "./stream_routes.ts";
import { v1Routes } from "./v1_routes.ts";

/** In the order in which the description has them. */
const groups: readonly ((deps: ApiDeps) => readonly Route[])[] = [
  serviceRoutes,
  v1Routes,
  providerRoutes,
  callRoutes,
  historyRoutes,
  raceRoutes,
  analyticsRoutes,
  streamRoutes,
  configRoutes,
  fileRoutes,
  alertRoutes,
  adminRoutes,
];

export function allRoutes(deps: ApiDeps): readonly Route[] {
  const routes = groups.flatMap((group) => group(deps));
  return [...routes, ...docsRoutes(routes, deps)];
}
