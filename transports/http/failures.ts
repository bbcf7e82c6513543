// Failures of the HTTP transports as values, and what the platform's errors mean. Messages are sentences of ours
// around the masked upstream: the platform's texts may hold a URL with a key, so none of them is passed on, only its
// code.

import type { HttpFault } from "../../core/http/fault.ts";
import type { TransportFailure, TransportFailureCode } from "../../core/plugins/transport.ts";

export function failure(code: TransportFailureCode, message: string, sent: boolean): TransportFailure {
  return { code, message, sent };
}

/** An answer that broke HTTP. */
export function malformed(upstream: string, fault: HttpFault): TransportFailure {
  return failure("malformed", `${upstream} sent a malformed answer: ${fault.message}`, true);
}

export function tooLarge(upstream: string, maxBytes: number): TransportFailure {
  return failure("too_large", `${upstream} sent an answer of more than ${maxBytes} bytes.`, true);
}

export function disposed(upstream: string, sent: boolean): TransportFailure {
  return failure("closed", `The transport to ${upstream} was closed.`, sent);
}

export function busy(upstream: string, maxConnections: number): TransportFailure {
  return failure(
    "busy",
    `All ${maxConnections} connections to ${upstream} are in use and the queue is full.`,
    false,
  );
}

/** The `code` of a Node error, or the empty string. */
export function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

const certificateCode = /CERT|^UNABLE_TO|^DEPTH_ZERO|^HOSTNAME_MISMATCH|^INVALID_CA|^INVALID_PURPOSE/;

export function isTlsCode(code: string): boolean {
  return /^ERR_(TLS|SSL)/.test(code) || certificateCode.test(code) || code === "EPROTO";
}

/** A server that speaks only HTTP/2 refuses an offer of `http/1.1` with this alert (RFC 7301 section 3.2). */
export function isNoProtocolAlert(code: string): boolean {
  return code.includes("NO_APPLICATION_PROTOCOL");
}

/** Why a connection could not be opened. */
export function connectFailure(upstream: string, error: unknown): TransportFailure {
  const code = codeOf(error);
  const shown = code === "" ? "" : ` (${code})`;
  if (isTlsCode(code)) {
    const reason = tlsReasons.find(([pattern]) => pattern.test(code))?.[1] ?? "the TLS handshake failed";
    return failure("tls", `No TLS connection to ${upstream}: ${reason}${shown}.`, false);
  }
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
    case "EAI_FAIL":
    case "ENODATA":
      return failure("dns", `The name of ${upstream} can't be resolved${shown}.`, false);
    case "ETIMEDOUT":
      return failure("connect_timeout", `No connection to ${upstream} in time${shown}.`, false);
    case "ECONNRESET":
    case "EPIPE":
    case "ECONNABORTED":
      return failure("reset", `${upstream} reset the connection while it was opened${shown}.`, false);
    default:
      return failure("refused", `${upstream} refused the connection${shown}.`, false);
  }
}

const tlsReasons: readonly (readonly [RegExp, string])[] = [
  [/ALTNAME/, "its certificate is for another name"],
  [/EXPIRED/, "its certificate has expired"],
  [/NOT_YET/, "its certificate is not valid yet"],
  [/CERTIFICATE_REQUIRED/, "it wants a client certificate (tls.cert and tls.key)"],
  [/ALERT.*(CERTIFICATE|CA)/, "it refused our client certificate"],
  [/UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|CERT/, "its certificate is not signed by a trusted CA (see tls.ca)"],
  [/WRONG_VERSION|HTTP_REQUEST/, "it does not speak TLS there"],
];

/** A TLS 1.3 server judges the client's certificate after the client was already allowed to write. */
export function isCertificateAlert(code: string): boolean {
  return /^ERR_SSL_.*ALERT.*(CERTIFICATE|UNKNOWN_CA)/.test(code);
}

/** Why a connection with a call on it broke off. `answering`: a part of the answer had arrived. */
export function brokenFailure(
  upstream: string,
  error: unknown,
  reused: boolean,
  answering: boolean,
): TransportFailure {
  const code = codeOf(error);
  if (!answering && !reused && isCertificateAlert(code)) return connectFailure(upstream, error);
  const shown = code === "" ? "" : ` (${code})`;
  if (reused && !answering) {
    return failure("stale", `${upstream} closed a kept connection before it answered${shown}.`, true);
  }
  if (isTlsCode(code)) return failure("tls", `The TLS connection to ${upstream} broke${shown}.`, true);
  if (error !== null) {
    const where = answering ? "in the middle of an answer" : "before it answered";
    return failure("reset", `${upstream} reset the connection ${where}${shown}.`, true);
  }
  const where = answering ? "in the middle of an answer" : "without an answer";
  return failure("eof", `${upstream} closed the connection ${where}.`, true);
}
