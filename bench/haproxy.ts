// HAProxy in its two parts: the upstream that answers JSON-RPC from memory, and the reference proxy. One thread each,
// in processes of their own. The upstream echoes the id by a regex over the body and answers the router's probes.

import { freePorts, untilListening } from "./ports.ts";
import type { Stage, Started } from "./stage.ts";

/** Result of every eth_call that the upstream answers. */
export const smallResult = `0x${"1".padStart(64, "0")}`;

export interface Endpoint {
  readonly port: number;
  readonly process: Started;
}

const common = `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
`;

/** `tlsPem`: file with certificate and key; without it plain HTTP. */
export function upstreamConfig(port: number, tlsPem?: string): string {
  const id = String.raw`%[req.body,regsub("^.*\"id\":([0-9]+).*$","\1")]`;
  const answer = (result: string, condition = ""): string =>
    `  http-request return status 200 content-type application/json lf-string ` +
    `'{"jsonrpc":"2.0","id":${id},"result":${result}}'${condition}\n`;
  return `${common}frontend upstream
  bind 127.0.0.1:${port}${tlsPem === undefined ? "" : ` ssl crt ${tlsPem} alpn http/1.1`}
  option http-buffer-request
${answer('"0x1"', " if { req.body -m sub eth_chainId }")}` +
    answer('"0x112a880"', " if { req.body -m sub eth_blockNumber }") +
    answer("false", " if { req.body -m sub eth_syncing }") +
    answer(`"${smallResult}"`);
}

export function proxyConfig(port: number, upstreamPort: number): string {
  return `${common}frontend proxy
  bind 127.0.0.1:${port}
  default_backend upstream
backend upstream
  http-reuse always
  server one 127.0.0.1:${upstreamPort}
`;
}

export function startUpstream(stage: Stage, tlsPem?: string): Promise<Endpoint> {
  const name = tlsPem === undefined ? "haproxy-upstream" : "haproxy-upstream-tls";
  return start(stage, name, (port) => upstreamConfig(port, tlsPem));
}

export function startHaproxy(stage: Stage, upstreamPort: number): Promise<Endpoint> {
  return start(stage, `haproxy-proxy-${upstreamPort}`, (port) => proxyConfig(port, upstreamPort));
}

async function start(stage: Stage, name: string, config: (port: number) => string): Promise<Endpoint> {
  const [port] = await freePorts(1) as [number];
  const file = await stage.file(`${name}.cfg`, config(port));
  const process = stage.start(name, "haproxy", ["-db", "-f", file]);
  await untilListening(port, process);
  return { port, process };
}
