// What the handshake of one upstream consists of (RFC 6455 section 4.1): its URL as the dialer wants it and the text
// of the request. Holds secrets (key in the path, basic auth); must never get into a message. Called by the pool.

import { LassoError } from "../../core/errors.ts";
import type { UpstreamTarget } from "../../core/plugins/transport.ts";
import { maskUrl } from "../../core/redact.ts";
import { textToWire } from "../../core/rpc/wire.ts";
import { requestFields } from "../http/request_head.ts";

/**
 * The target's URL with http: in the place of ws:, https: in that of wss:, which the dialer knows; the ports are the
 * same. An error of code `config` where it is neither of the two.
 */
export function dialUrl(target: UpstreamTarget): URL {
  let url: URL | null = null;
  try {
    url = new URL(target.url);
  } catch {
    // Told below, without the text: it may hold a key.
  }
  if (url === null || (url.protocol !== "ws:" && url.protocol !== "wss:")) {
    throw new LassoError("config", "The URL of a provider with a WebSocket transport must be ws or wss", {
      place: `${target.chain}.${target.provider}`,
      hint: "Write ws_url: wss://host/path, or choose another transport.",
    });
  }
  url.protocol = url.protocol === "ws:" ? "http:" : "https:";
  return url;
}

/**
 * Wire text that ends with `sec-websocket-key: `; a handshake adds its key and an empty line. An error of code
 * `config` for a configured header that can't be sent.
 */
export function upgradePrefix(target: UpstreamTarget, url: URL): string {
  const fields = requestFields(target, url);
  const configured = new Set(Object.keys(target.headers).map((name) => name.toLowerCase()));
  for (const name of configured) {
    if (!name.startsWith("sec-websocket-")) continue;
    throw new LassoError(
      "config",
      `The header ${JSON.stringify(name)} can't be sent to ${maskUrl(target.url)}`,
      {
        place: `${target.chain}.${target.provider}.headers`,
        hint: "It belongs to the WebSocket handshake; remove it.",
      },
    );
  }
  // There is no body to describe, and what comes back is no document.
  for (const name of ["content-type", "accept"]) if (!configured.has(name)) fields.delete(name);
  const host = fields.get("host") ?? url.host;
  fields.delete("host");
  let text = `GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\n`;
  text += "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n";
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return `${textToWire(text)}sec-websocket-key: `;
}
