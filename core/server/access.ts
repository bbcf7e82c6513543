// Who may read what Lasso knows about itself: anybody on loopback; elsewhere the holder of the admin token, or
// everybody where the operator said so (`server.public_reads`). And who may change it: the holder of the token, or
// loopback where there is none, and never a page of another origin. Loopback means the peer, the absence of a
// forwarding proxy, and names of loopback in Host and Origin, so that no web page can reach in through DNS rebinding.

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
  return tokenAccess(fields, server.adminToken);
}

export type AdminAccess = Access | "foreign_origin" | "loopback_only";

/** May it change things? Asked beside, not instead of, what content type it has. */
export function adminAccess(
  fields: Fields,
  remoteAddress: string,
  { adminToken }: Pick<ServerSettings, "adminToken">,
): AdminAccess {
  if (!isSameOrigin(fields)) return "foreign_origin";
  if (adminToken !== null) return tokenAccess(fields, adminToken);
  return isLoopback(fields, remoteAddress) ? "granted" : "loopback_only";
}

/** By which of the rules a caller stands there; `open`: by none. */
export function callerKind(
  fields: Fields,
  remoteAddress: string,
  { adminToken }: Pick<ServerSettings, "adminToken">,
): "token" | "loopback" | "open" {
  if (tokenAccess(fields, adminToken) === "granted") return "token";
  return isLoopback(fields, remoteAddress) ? "loopback" : "open";
}

/** An address without its end: `192.0.2.0/24`, `2001:db8:1::/48`; what is no address is `unknown`. */
export function addressPrefix(address: string): string {
  const bare = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const v4 = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(bare);
  if (v4 !== null) return `${v4[1]}.0/24`;
  if (!/^[\da-f:]+$/i.test(bare) || !bare.includes(":")) return "unknown";
  const [left = "", right] = bare.split("::", 2);
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const zeros = right === undefined
    ? []
    : Array<string>(Math.max(0, 8 - head.length - tail.length)).fill("0");
  const groups = [...head, ...zeros, ...tail].slice(0, 3).map((group) => parseInt(group, 16).toString(16));
  while (groups.at(-1) === "0") groups.pop();
  return `${groups.join(":")}::/48`;
}

function tokenAccess(fields: Fields, adminToken: string | null): Access {
  const given = /^bearer\s+(.+)$/i.exec(wireToText(fields.get("authorization") ?? ""))?.[1];
  if (given === undefined) return "no_token";
  return adminToken !== null && sameSecret(given, adminToken) ? "granted" : "wrong_token";
}

/** No browser sent it from a page of another origin. What is no browser sends neither of the two fields. */
function isSameOrigin(fields: Fields): boolean {
  const site = fields.get("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const origin = fields.get("origin");
  if (origin === undefined) return true;
  const at = /^(https?):\/\/([^/]+)$/i.exec(origin);
  const host = fields.get("host");
  if (at === null || host === undefined) return false;
  // Behind a proxy that ends TLS the schemes differ; the default ports need not be written.
  const port = at[1]!.toLowerCase() === "https" ? ":443" : ":80";
  const bare = (name: string): string =>
    name.toLowerCase().replace(port, (end, from, all) => from + end.length === all.length ? "" : end);
  return bare(at[2]!) === bare(host);
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
