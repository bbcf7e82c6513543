// HTTPS_PROXY and NO_PROXY: which proxy a URL is reached through. Reads nothing itself; the environment is passed in.

import { LassoError } from "../core/errors.ts";
import { maskUrl } from "../core/redact.ts";
import type { Env } from "./substitute.ts";

/**
 * A function from URL to CONNECT proxy, null for none. Plain http and ws go direct: only encrypted traffic is tunnelled.
 * NO_PROXY is a comma-separated list: `*`, a host, or a domain (with or without a leading dot) with all below it,
 * each with an optional port. Loopback is never proxied.
 * @throws LassoError `config` for an HTTPS_PROXY that is no http or https URL.
 */
export function proxyFromEnv(env: Env): (url: string) => string | null {
  const proxy = env("HTTPS_PROXY") || env("https_proxy") || "";
  if (proxy === "") return () => null;
  const full = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (!URL.canParse(full) || !/^https?:$/.test(new URL(full).protocol)) {
    throw new LassoError("config", `HTTPS_PROXY is no http or https URL: ${maskUrl(full)}`, {
      place: "environment variable HTTPS_PROXY",
      hint: "write http://host:port, with user:password@ where the proxy wants them",
    });
  }
  const exempt = (env("NO_PROXY") || env("no_proxy") || "").split(",").map((entry) => entry.trim()).filter(
    Boolean,
  );
  return (url) => {
    const target = new URL(url);
    if (target.protocol !== "https:" && target.protocol !== "wss:") return null;
    return isLoopback(target.hostname) || exempt.some((entry) => covers(entry, target)) ? null : full;
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

function covers(entry: string, target: URL): boolean {
  if (entry === "*") return true;
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (port !== undefined && port !== (target.port || "443")) return false;
  const domain = name.replace(/^\*?\./, "");
  return target.hostname === domain || target.hostname.endsWith(`.${domain}`);
}
