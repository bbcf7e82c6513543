// The part of a request that is the same for each call to one upstream, made once: request line and fields up to
// the value of Content-Length. Holds secrets (key in the path, basic auth); must never get into a message.

import { Buffer } from "node:buffer";
import { LassoError } from "../../core/errors.ts";
import { tokenChars } from "../../core/http/fields.ts";
import type { UpstreamTarget } from "../../core/plugins/transport.ts";
import { maskUrl } from "../../core/redact.ts";
import { textToWire } from "../../core/rpc/wire.ts";

const userAgent = "lasso/0.1.0";

/** Fields that belong to the connection; a configured one would break the framing. */
const reserved = new Set(["content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer"]);

/** The URL of a target; an error of code `config` where it is none of http or https. */
export function targetUrl(target: UpstreamTarget): URL {
  let url: URL | null = null;
  try {
    url = new URL(target.url);
  } catch {
    // Told below, without the text: it may hold a key.
  }
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new LassoError("config", "The URL of a provider with an HTTP transport must be http or https", {
      place: `${target.chain}.${target.provider}`,
      hint: "Write url: https://host/path, or choose another transport.",
    });
  }
  return url;
}

/** The proxy's URL, null where there is none; an error of code `config`, without the text, where it is not a URL. */
export function proxyUrl(target: UpstreamTarget): URL | null {
  if (target.proxy === null) return null;
  try {
    return new URL(target.proxy);
  } catch {
    throw new LassoError("config", "The URL of the proxy is malformed", {
      place: `${target.chain}.${target.provider}`,
      hint: "Write HTTPS_PROXY=http://host:port, with user:password@ before the host where it wants them.",
    });
  }
}

/** Basic auth (RFC 7617) from user and password of a URL, percent-decoded, as UTF-8; null where there is none. */
export function basicAuth(url: URL): string | null {
  if (url.username === "" && url.password === "") return null;
  const pair = `${percentDecoded(url.username)}:${percentDecoded(url.password)}`;
  return `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;
}

/** What is not percent-encoded rightly stays as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** All fields of a request but Host and Content-Length, names in lower case; configured ones win. */
export function requestFields(target: UpstreamTarget, url: URL): Map<string, string> {
  const fields = new Map<string, string>([
    ["content-type", "application/json"],
    ["accept", "application/json"],
    ["accept-encoding", "identity"],
    ["user-agent", userAgent],
  ]);
  const auth = basicAuth(url);
  if (auth !== null) fields.set("authorization", auth);
  for (const [name, value] of Object.entries(target.headers)) {
    const lower = name.toLowerCase();
    checkField(target, name, lower, value);
    fields.set(lower, value);
  }
  return fields;
}

function checkField(target: UpstreamTarget, name: string, lower: string, value: string): void {
  const token = name !== "" && [...name].every((char) => tokenChars[char.charCodeAt(0)] === 1);
  // deno-lint-ignore no-control-regex
  const clean = /^[^\x00-\x08\x0a-\x1f\x7f]*$/.test(value);
  if (token && clean && !reserved.has(lower)) return;
  throw new LassoError(
    "config",
    `The header ${JSON.stringify(name)} can't be sent to ${maskUrl(target.url)}`,
    {
      place: `${target.chain}.${target.provider}.headers`,
      hint: reserved.has(lower)
        ? "It belongs to the connection; remove it."
        : "Names are tokens (letters, digits, -), values hold no line ends.",
    },
  );
}

/** Wire text that ends with `content-length: `; a call adds the number, an empty line and its body. */
export function requestPrefix(target: UpstreamTarget, url: URL): string {
  const fields = requestFields(target, url);
  const host = fields.get("host") ?? url.host;
  fields.delete("host");
  let text = `POST ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return `${textToWire(text)}content-length: `;
}
