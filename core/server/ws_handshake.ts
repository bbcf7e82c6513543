// The opening handshake of a client's WebSocket (RFC 6455 section 4.2): what it asks for, or why it is refused and with
// which HTTP status. It decides and writes nothing. Called by core/server/ws_endpoint.ts once per socket.

import { tokenChars } from "../http/fields.ts";
import { listHas } from "../http/framing.ts";
import type { RequestHead } from "../http/request_head.ts";
import type { Router } from "../routing/router.ts";
import { type Refusal, refuse } from "../rpc/refusal.ts";
import type { OnGap } from "../settings.ts";
import { corsHeaders } from "./cors.ts";
import { isRpcPath, type RefusedTarget, type RpcTarget, socketTargetOf } from "./rpc_target.ts";

export interface Handshake {
  readonly kind: "handshake";
  readonly target: RpcTarget;
  /** null: the chain's setting. */
  readonly gaps: OnGap | null;
  /** The fields that npm:ws looks at, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

const keyLine = /^[+/0-9A-Za-z]{22}==$/;
const gapWords: ReadonlySet<string> = new Set<OnGap>(["close", "notify", "continue"]);

/** Does this request want a WebSocket? Those for other protocols (h2c) are handled as if they wanted none. */
export function wantsWebSocket(head: RequestHead): boolean {
  return head.upgrade && head.method === "GET" && listHas(head.fields.get("upgrade") ?? "", "websocket");
}

export function readHandshake(head: RequestHead, router: Router, secure: boolean): Handshake | RefusedTarget {
  const { fields } = head;
  if (!isRpcPath(head.path)) {
    const message = `No WebSocket is served at ${head.path.slice(0, 128)}; use /rpc/{chain}.`;
    return refused(refuse("unknown_chain", message));
  }
  const opening = readOpening(head);
  if (opening.kind === "refused") return opening;
  const { corsOrigins } = router.settings.server;
  if (fields.get("origin") !== undefined && !corsHeaders(head, corsOrigins).includes("allow-origin")) {
    // Browsers leave this check to the server: for a WebSocket they ask for no leave.
    const message = "Pages of this origin may not connect; see server.cors.origins.";
    return refused(refuse("unauthorised", message, { status: 403 }));
  }
  const target = socketTargetOf(head, router, secure);
  if (target.kind === "refused") return target;
  const gaps = new URLSearchParams(head.query).get("gaps") || null;
  if (gaps !== null && !gapWords.has(gaps)) {
    return refused(refuse("invalid_request", 'gaps must be "close", "notify" or "continue".'));
  }
  return { kind: "handshake", target, gaps: gaps as OnGap | null, headers: opening.headers };
}

/** What every WebSocket's opening has to have, whatever it is for. */
export interface Opening {
  readonly kind: "opening";
  /** The fields that npm:ws looks at, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
}

export function readOpening({ fields }: RequestHead): Opening | RefusedTarget {
  const version = fields.get("sec-websocket-version");
  if (version !== "13") {
    // Section 4.4: another version is told which one is spoken here; none at all is no handshake.
    const message = "The WebSocket version must be 13.";
    const refusal = refuse("invalid_request", message, { status: version === undefined ? 400 : 426 });
    const upgrade = version === undefined ? "" : "connection: upgrade\r\nupgrade: websocket\r\n";
    return refused(refusal, `${upgrade}sec-websocket-version: 13\r\n`);
  }
  const key = fields.get("sec-websocket-key");
  if (key === undefined || !keyLine.test(key)) {
    return refused(refuse("invalid_request", "The Sec-WebSocket-Key field is missing or is no key."));
  }
  const protocol = firstProtocol(fields.get("sec-websocket-protocol"));
  if (protocol === undefined) {
    return refused(refuse("invalid_request", "The Sec-WebSocket-Protocol field is no list of names."));
  }
  const headers = {
    upgrade: "websocket",
    "sec-websocket-key": key,
    "sec-websocket-version": "13",
    ...(protocol === null ? {} : { "sec-websocket-protocol": protocol }),
  };
  return { kind: "opening", headers };
}

function refused(refusal: Refusal, headers = ""): RefusedTarget {
  return { kind: "refused", refusal, headers };
}

/**
 * The subprotocol that is agreed to: the first one offered, since JSON-RPC needs none and some clients end a connection
 * that agrees to none. null: none offered; undefined: the field can't be read.
 */
function firstProtocol(field: string | undefined): string | null | undefined {
  if (field === undefined) return null;
  const names = field.split(",").map((name) => name.trim());
  const isName = (name: string): boolean => {
    for (let k = 0; k < name.length; k++) if (tokenChars[name.charCodeAt(k)] !== 1) return false;
    return name !== "";
  };
  return names.every(isName) ? names[0] : undefined;
}
