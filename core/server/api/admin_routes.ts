// All that changes a running router by hand, below /api/admin. Who may, and the audit log, are mount.ts's business.

import { adminConfigRoutes } from "./admin_config_routes.ts";
import { adminDemoRoutes } from "./admin_demo_routes.ts";
import { adminLetterRoutes } from "./admin_letter_routes.ts";
import { adminProviderRoutes } from "./admin_provider_routes.ts";
import type { ApiDeps } from "./api_deps.ts";
import type { Route } from "./route.ts";

export function adminRoutes(deps: ApiDeps): readonly Route[] {
  return [
    ...adminConfigRoutes(deps),
    ...adminProviderRoutes(deps),
    ...adminLetterRoutes(deps),
    ...adminDemoRoutes(deps),
  ];
}
