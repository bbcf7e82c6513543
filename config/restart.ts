// Which changed keys a running process can't take over: what the listening socket was opened with, the folder of the
// history, and the region, under which everything measured so far is filed. Called at a reload, to say so.

import type { LassoSettings } from "../core/settings.ts";

type Server = LassoSettings["server"];

const restartOnly: Readonly<Record<string, (server: Server) => unknown>> = {
  "server.host": (server) => server.host,
  "server.port": (server) => server.port,
  "server.region": (server) => server.region,
  "server.data_dir": (server) => server.dataDir,
  "server.tls": (server) => server.tls,
};

/** Paths as the config spells them, for instance `server.port`; empty when all that changed is live. */
export function restartKeys(old: LassoSettings, next: LassoSettings): string[] {
  return Object.entries(restartOnly)
    .filter(([, read]) => JSON.stringify(read(old.server)) !== JSON.stringify(read(next.server)))
    .map(([path]) => path);
}
