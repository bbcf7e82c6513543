// An ApiError, or anything else that was thrown, as the answer that a client gets. Only what is an ApiError is told;
// the rest is logged and called internal.

import type { Log } from "../../log.ts";
import type { AdminAccess } from "../access.ts";
import { ApiError } from "./api_error.ts";

/** What each answer of the API carries: it is never a page, nor kept by anybody between. */
export const answerHeaders: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

export function problemResponse(thrown: unknown, log: Log): Response {
  const error = asApiError(thrown, log);
  const headers: Record<string, string> = { "content-type": "application/json", ...answerHeaders };
  if (error.status === 401) headers["www-authenticate"] = "Bearer";
  if (error.status === 426) headers.upgrade = "websocket";
  return new Response(JSON.stringify(error.body), { status: error.status, headers });
}

export function asApiError(thrown: unknown, log: Log): ApiError {
  if (thrown instanceof ApiError) return thrown;
  log.write("error", "server.internal", { error: thrown });
  return new ApiError(500, "internal", "Lasso failed to answer this request.", "The log has the reason.");
}

/** Why a caller may not, as an error. */
export function deniedError(access: Exclude<AdminAccess, "granted">, to: "read" | "admin"): ApiError {
  if (access === "wrong_token") {
    const message = "This token is not the admin token.";
    return new ApiError(403, "forbidden", message, "See server.admin_token.");
  }
  if (access === "foreign_origin") {
    const message = "Admin calls are not taken from a page of another origin.";
    return new ApiError(403, "foreign_origin", message, "Open the dashboard of this router itself.");
  }
  if (access === "loopback_only") {
    const message = "Without an admin token only loopback may make admin calls.";
    return new ApiError(403, "loopback_only", message, "Set server.admin_token, or ask from this machine.");
  }
  if (to === "admin") {
    const message = "Admin calls need the admin token.";
    return new ApiError(401, "unauthorised", message, "Send `Authorization: Bearer <server.admin_token>`.");
  }
  const hint =
    "Send `Authorization: Bearer <server.admin_token>`, ask from loopback, or set server.public_reads.";
  return new ApiError(401, "unauthorised", "Reads from this address need the admin token.", hint);
}
