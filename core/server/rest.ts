// What is not JSON-RPC: health, status, metrics and the explain API, through hono. Never on the hot path.

import { type Context, Hono } from "hono";
import type { Fields } from "../http/fields.ts";
import { explain } from "../routing/explain.ts";
import { scanValue, skipSpace } from "../rpc/json_scan.ts";
import { textToWire } from "../rpc/wire.ts";
import { type Access, readAccess } from "./access.ts";
import type { ServerState } from "./state.ts";
import { statusOf } from "./status.ts";

/** What the ingress knows about a request beside the Request itself. */
export interface RestEnv {
  readonly fields: Fields;
  readonly remoteAddress: string;
}

type App = Hono<{ Bindings: RestEnv }>;
type Ctx = Context<{ Bindings: RestEnv }>;

const allow = { allow: "GET, HEAD, OPTIONS" };

const restPaths = ["/", "/health", "/ready", "/status", "/metrics", "/api/explain"];
const paths = ["/rpc/{chain}", ...restPaths];

export function restApp(state: ServerState): App {
  const app: App = new Hono<{ Bindings: RestEnv }>();
  app.options("*", (c) => c.body(null, 204, allow));
  app.get("/", (c) => c.json({ data: { name: "lasso", version: state.deps.version, paths } }));
  app.get("/health", (c) => c.json({ data: { status: "alive" } }));
  app.get("/ready", (c) => ready(c, state));
  for (const path of ["/status", "/metrics", "/api/*"]) {
    app.use(path, async (c, next) => {
      const { server } = state.router.settings;
      const access = readAccess(c.env.fields, c.env.remoteAddress, server);
      if (access !== "granted") return denied(c, access);
      await next();
    });
  }
  app.get("/status", (c) => c.json({ data: statusOf(state) }));
  app.get(
    "/metrics",
    (c) => c.text(state.deps.metrics(), 200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
  app.get("/api/explain", (c) => explained(c, state));
  for (const path of restPaths) {
    app.all(path, (c) => {
      c.header("allow", allow.allow);
      return fail(
        c,
        405,
        "method_not_allowed",
        `${path} is read by GET; this was ${c.req.method}.`,
        "Use GET.",
      );
    });
  }
  app.notFound((c) =>
    fail(
      c,
      404,
      "not_found",
      `Nothing is served at ${new URL(c.req.url).pathname}.`,
      `Known: ${paths.join(", ")}.`,
    )
  );
  app.onError((thrown, c) => {
    state.deps.log.write("error", "server.internal", { error: thrown });
    return fail(c, 500, "internal", "Lasso failed to answer this request.", "The log has the reason.");
  });
  return app;
}

function fail(
  c: Ctx,
  status: 400 | 401 | 403 | 404 | 405 | 500,
  code: string,
  message: string,
  hint: string,
): Response {
  return c.json({ error: { code, message, hint } }, status);
}

function denied(c: Ctx, access: Access): Response {
  if (access === "wrong_token") {
    return fail(c, 403, "forbidden", "This token is not the admin token.", "See server.admin_token.");
  }
  c.header("www-authenticate", "Bearer");
  const hint =
    "Send `Authorization: Bearer <server.admin_token>`, ask from loopback, or set server.public_reads.";
  return fail(c, 401, "unauthorised", "Reads from this address need the admin token.", hint);
}

/** Ready while at least one chain is not known to be bad. */
function ready(c: Ctx, state: ServerState): Response {
  if (state.draining) return c.json({ data: { status: "draining" } }, 503);
  const chains = Object.fromEntries(state.router.routes.map(({ chain }) => [chain.name, chain.ready()]));
  const isReady = Object.values(chains).some((verdict) => verdict !== "bad");
  return c.json(
    { data: { status: isReady ? "ready" : "no chain can be served", chains } },
    isReady ? 200 : 503,
  );
}

function explained(c: Ctx, state: ServerState): Response {
  const { chain, method, params, strategy } = c.req.query();
  if (!chain || !method) {
    return fail(
      c,
      400,
      "bad_query",
      "chain and method are needed.",
      "/api/explain?chain=ethereum&method=eth_call&params=[…]",
    );
  }
  const route = state.router.find(chain);
  if (route === undefined) {
    const known = state.router.routes.map(({ chain: { name } }) => name).join(", ");
    return fail(
      c,
      404,
      "unknown_chain",
      `The chain ${JSON.stringify(chain)} is not configured.`,
      `Known: ${known}.`,
    );
  }
  if (strategy !== undefined && !route.hasStrategy(strategy)) {
    const known = state.router.plugins.registry.strategyIds.join(", ");
    return fail(
      c,
      400,
      "bad_query",
      `The strategy ${JSON.stringify(strategy)} is not known.`,
      `Known: ${known}.`,
    );
  }
  const wire = params === undefined || params === "" ? undefined : textToWire(params);
  if (wire !== undefined && !isParams(wire)) {
    return fail(
      c,
      400,
      "bad_query",
      "params must be a JSON array or object.",
      'For instance params=["0x1",false].',
    );
  }
  return c.json({ data: explain(route, method, wire, strategy ?? null, null) });
}

function isParams(wire: string): boolean {
  const from = skipSpace(wire, 0);
  const end = scanValue(wire, from);
  const first = wire.charAt(from);
  return end > 0 && skipSpace(wire, end) === wire.length && (first === "[" || first === "{");
}
