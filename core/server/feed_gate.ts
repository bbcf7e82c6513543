// Who may open a socket that tells what happens (`/channels/…`, `/v1/ws/…`): by the rule of reads, with the token also
// as a subprotocol, because a browser can't set a header. And which subprotocol is agreed to. Decides and writes
// nothing; called by the endpoints.

import { Buffer } from "node:buffer";
import { Fields } from "../http/fields.ts";
import type { RequestHead } from "../http/request_head.ts";
import { isLoopback, readAccess } from "./access.ts";
import type { FeedSnapshot } from "./feed_model.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServerState } from "./state.ts";
import { readOpening } from "./ws_handshake.ts";

export interface GateProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Further header lines. */
  readonly headers?: string;
}

const tokenPrefix = "lasso.token.";

/** Why this client may not read; null: it may. `what` begins the sentence: `The feed`. */
export function readProblem(
  { head, remoteAddress }: IncomingRequest,
  state: ServerState,
  what: string,
): GateProblem | null {
  const access = readAccess(withToken(head.fields), remoteAddress, state.router.settings.server);
  if (access === "granted") return null;
  const message =
    `${what} needs the admin token, as a bearer token or as the subprotocol lasso.token.<base64url>.`;
  return access === "no_token"
    ? { status: 401, code: "no_token", message }
    : { status: 403, code: "wrong_token", message };
}

/** Who may act, from where this reader is. */
export function adminKind(
  { head, remoteAddress }: IncomingRequest,
  state: ServerState,
): FeedSnapshot["admin"] {
  if (state.router.settings.server.adminToken !== null) return "token";
  return isLoopback(head.fields, remoteAddress) ? "loopback" : "none";
}

/** The fields that npm:ws looks at, with the one subprotocol that is agreed to; or why it is no handshake. */
export function openingOf(head: RequestHead): Readonly<Record<string, string>> | GateProblem {
  const opening = readOpening(head);
  if (opening.kind === "refused") {
    const { refusal: { status, message }, headers } = opening;
    return { status, code: "bad_handshake", message, headers };
  }
  const chosen = subprotocol(head.fields.get("sec-websocket-protocol"));
  if (chosen === null) return opening.headers;
  return { ...opening.headers, "sec-websocket-protocol": chosen };
}

export function isProblem(opening: Readonly<Record<string, string>> | GateProblem): opening is GateProblem {
  return typeof opening.status === "number";
}

export function refuseSocket(
  response: ResponseWriter,
  { status, code, message, headers = "" }: GateProblem,
): void {
  const body = JSON.stringify({ error: { code, message } });
  response.send(status, `content-type: application/json\r\n${headers}`, body);
}

/**
 * The subprotocol that is agreed to: a browser ends a connection that agrees to none of those that it offered. The
 * token is said back only to who offered nothing else.
 */
function subprotocol(field: string | undefined): string | null {
  if (field === undefined) return null;
  const offered = field.split(",").map((name) => name.trim());
  return offered.find((name) => name === "lasso.v1") ??
    offered.find((name) => !name.startsWith(tokenPrefix)) ??
    offered[0] ?? null;
}

function withToken(fields: Fields): Fields {
  const offered = fields.get("sec-websocket-protocol") ?? "";
  const name = offered.split(",").map((part) => part.trim()).find((part) => part.startsWith(tokenPrefix));
  if (name === undefined || fields.get("authorization") !== undefined) return fields;
  const token = Buffer.from(name.slice(tokenPrefix.length), "base64url").toString("latin1");
  const all = [...fields, ["authorization", `Bearer ${token}`] as const];
  return new Fields(all.map(([key]) => key), all.map(([, value]) => value));
}
