// Who may read what Lasso knows about itself: anybody on loopback; elsewhere the holder of the admin token, or
// everybody where the operator said so (`server.public_reads`). Loopback means the peer, the absence of a forwarding
// proxy, and names of loopback in Host and Origin, so that no web page can reach in through DNS rebinding.

import { createHash, timingSafeEqual } from "node:crypto";
import type { Fields } from "../http/fields.ts";
import { wireToText } from "../rpc/wire.ts";
import type { ServerSettings } from "../settings.ts";

export type Access = "granted" | "no_token" | "wrong_token";

export function readAccess(
  fields: Fields,
  remoteAddress: string,
  server: Pick<ServerSettings, "adminToken" | "publicReads">,
): Access {
  if (server.publicReads || isLoopback(fields, remoteAddress)) return "granted";
  const given = /^bearer\s+(.+)$/i.exec(wireToText(fields.get("authorization") ?? ""))?.[1];
  if (given === undefined) return "no_token";
  return server.adminToken !== null && sameSecret(given, server.adminToken) ? "granted" : "wrong_token";
}

const forwarding = /^(?:forwarded|x-forwarded-.*|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|via)$/;

export function isLoopback(fields: Fields, remoteAddress: string): boolean {
  if (!isLoopbackAddress(remoteAddress)) return false;
  for (const [name] of fields) if (forwarding.test(name)) return false;
  if (!isLoopbackName(fields.get("host") ?? "")) return false;
  const origin = fields.get("origin");
  return origin === undefined || isLoopbackName(origin.replace(/^https?:\/\//, ""));
}

function isLoopbackAddress(address: string): boolean {
  const bare = address.replace(/^::ffff:/, "");
  return bare === "::1" || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

/** `localhost`, `127.x.y.z` or `[::1]`, with or without a port. */
function isLoopbackName(host: string): boolean {
  const name = host.replace(/:\d+$/, "");
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i.test(name);
}

/** Takes the same time wherever the two differ. */
function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
