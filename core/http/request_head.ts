// The head of an HTTP/1.1 request: request line and header section as one text, parsed strictly (RFC 9112 section 3)
// into a value that is immutable but for `cache`. It must refuse whatever another reader could take differently.
// Called by core/http/request_parser.ts, once per distinct head of a connection.

import { type HttpFault, httpFault, isFault } from "./fault.ts";
import { type FieldLimits, type Fields, parseFields } from "./fields.ts";
import { type Framing, framingOf, keepsAlive, listHas } from "./framing.ts";

export interface RequestHead {
  /** In capitals, one of `knownMethods`. */
  readonly method: string;
  /** Path and query as they were sent (of an absolute URL too), or `*`. */
  readonly target: string;
  readonly path: string;
  /** Without its question mark; "" if there is none. */
  readonly query: string;
  readonly version: 10 | 11;
  readonly fields: Fields;
  readonly keepAlive: boolean;
  /** The client waits for "100 Continue" before it sends its body. */
  readonly expectContinue: boolean;
  /** Asks for another protocol, by `Connection: upgrade` and an Upgrade field. */
  readonly upgrade: boolean;
  /** For the router: what it decided for this head. A connection that repeats a head gives the same object again. */
  cache: unknown;
}

/** A head and where its body ends. */
export interface FramedHead {
  readonly kind: "head";
  readonly head: RequestHead;
  readonly framing: Framing;
}

/** RFC 9110, 5789, 10008, WebDAV and UPnP; CONNECT is for proxies of another sort. The rest gets 501. */
const knownMethods: ReadonlySet<string> = new Set([
  ...[
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "QUERY",
    "COPY",
    "LOCK",
    "MKCOL",
    "MOVE",
  ],
  ...["PROPFIND", "PROPPATCH", "SEARCH", "UNLOCK", "BIND", "REBIND", "UNBIND", "ACL", "REPORT", "MKACTIVITY"],
  ...[
    "CHECKOUT",
    "MERGE",
    "M-SEARCH",
    "NOTIFY",
    "SUBSCRIBE",
    "UNSUBSCRIBE",
    "PURGE",
    "MKCALENDAR",
    "LINK",
    "UNLINK",
  ],
]);

const tokenLine = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const targetLine = /^[\x21-\x7e]+$/;
const versionLine = /^HTTP\/[0-9]\.[0-9]$/;
const absoluteLine = /^https?:\/\/[^/?#]+/i;
/** Host names, IPv4, bracketed IPv6 and the other characters of RFC 3986's reg-name, with an optional port. */
const hostLine = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+;=%-]*)(?::[0-9]*)?$/;

/** `text`: the head without the empty line and the CRLF before it, one byte per char. */
export function parseRequestHead(text: string, limits: FieldLimits): FramedHead | HttpFault {
  const lineEnd = text.indexOf("\r\n");
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd);
  const parts = line.split(" ");
  const [method, rawTarget, versionText] = parts;
  if (parts.length !== 3 || method === undefined || rawTarget === undefined || versionText === undefined) {
    return httpFault(400, "The request line is not method, target and version with one blank between them.");
  }
  if (!tokenLine.test(method)) return httpFault(400, "The method holds a forbidden character.");
  if (!targetLine.test(rawTarget)) return httpFault(400, "The request target holds a forbidden character.");
  if (!versionLine.test(versionText)) {
    return httpFault(400, "The request line does not end with an HTTP version.");
  }
  if (versionText !== "HTTP/1.1" && versionText !== "HTTP/1.0") {
    return httpFault(505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  }
  if (!knownMethods.has(method)) return httpFault(501, "The method is not known.");
  const target = reduceTarget(method, rawTarget);
  if (target === null) return httpFault(400, "The request target is neither a path nor an http URL.");
  const fields = parseFields(text, lineEnd === -1 ? text.length : lineEnd + 2, text.length, limits);
  if (isFault(fields)) return fields;
  const framing = framingOf(fields);
  if (isFault(framing)) return framing;
  const version = versionText === "HTTP/1.1" ? 11 : 10;
  const fault = checkFields(fields, version, framing);
  return fault ?? { kind: "head", head: makeHead(method, target, version, fields), framing };
}

/** Path and query of origin-form and absolute-form, `*` for OPTIONS; null for all else, fragments too. */
function reduceTarget(method: string, raw: string): string | null {
  if (raw.includes("#")) return null;
  if (raw.startsWith("/")) return raw;
  if (raw === "*") return method === "OPTIONS" ? raw : null;
  const origin = absoluteLine.exec(raw);
  if (origin === null) return null;
  const rest = raw.slice(origin[0].length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

function checkFields(fields: Fields, version: 10 | 11, framing: Framing): HttpFault | null {
  const hosts = fields.count("host");
  if (hosts > 1) return httpFault(400, "There are several Host fields.");
  if (hosts === 0 && version === 11) return httpFault(400, "The Host field is missing.");
  if (hosts === 1 && !hostLine.test(fields.get("host") ?? "")) {
    return httpFault(400, "The Host field is no host.");
  }
  if (version === 10 && framing.kind === "chunked") {
    return httpFault(400, "HTTP/1.0 has no Transfer-Encoding.");
  }
  return null;
}

function makeHead(method: string, target: string, version: 10 | 11, fields: Fields): RequestHead {
  const mark = target.indexOf("?");
  return {
    method,
    target,
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? "" : target.slice(mark + 1),
    version,
    fields,
    keepAlive: keepsAlive(fields, version),
    expectContinue: version === 11 && fields.get("expect")?.toLowerCase() === "100-continue",
    upgrade: version === 11 && fields.get("upgrade") !== undefined && connectionHas(fields, "upgrade"),
    cache: undefined,
  };
}

function connectionHas(fields: Fields, lowerItem: string): boolean {
  const connection = fields.get("connection");
  return connection !== undefined && listHas(connection, lowerItem);
}
