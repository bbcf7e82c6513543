// Starts ws_upstream.ts for the figures that need it.

import { freePorts, untilListening } from "./ports.ts";
import type { Stage, Started } from "./stage.ts";

export interface WsUpstream {
  /** `127.0.0.1:port`, for HTTP and WebSocket; each path is a provider of its own. */
  readonly host: string;
  /** For `command`: `mine` makes a block, `subscriptions` counts those that are open, by path. */
  readonly controlPort: number;
  readonly process: Started;
}

export async function startWsUpstream(stage: Stage): Promise<WsUpstream> {
  const [port, controlPort] = await freePorts(2) as [number, number];
  const process = startScript(stage, "ws_upstream.ts", [port, controlPort]);
  await untilListening(port, process);
  await untilListening(controlPort, process);
  return { host: `127.0.0.1:${port}`, controlPort, process };
}

/** Starts a file of this folder as a process of its own. */
export function startScript(stage: Stage, file: string, args: readonly (string | number)[]): Started {
  const script = new URL(`./${file}`, import.meta.url).pathname;
  return stage.start(file, Deno.execPath(), ["run", "-A", script, ...args.map(String)]);
}
