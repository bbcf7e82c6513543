// What stands above the file: command-line flags, then the environment. Called once at start and after each reload.

import { resolve } from "node:path";
import { LassoError } from "../core/errors.ts";
import type { LassoSettings, ServerSettings } from "../core/settings.ts";
import { namePattern, nameText } from "./schema_types.ts";
import type { Env } from "./substitute.ts";

/** As the command line gives them: text, not yet checked. */
export interface OverrideFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly region?: string | undefined;
  readonly "data-dir"?: string | undefined;
}

interface Given {
  readonly text: string;
  /** Where it was given, for errors. */
  readonly source: string;
}

/**
 * Flag, then environment (LASSO_HOST, LASSO_PORT, LASSO_REGION or else LIVECHAIN_REGION, LASSO_DATA_DIR,
 * LASSO_ADMIN_TOKEN), then
 * file. A variable that is set but empty says nothing. Folders are relative to the working directory; `none` is none.
 * @throws LassoError `usage` for a host, port or region that can't be one.
 */
export function applyOverrides(settings: LassoSettings, flags: OverrideFlags, env: Env): LassoSettings {
  const host = given(flags.host, "--host", env, "LASSO_HOST");
  const port = given(flags.port, "--port", env, "LASSO_PORT");
  const region = given(flags.region, "--region", env, "LASSO_REGION", "LIVECHAIN_REGION");
  const dataDir = given(flags["data-dir"], "--data-dir", env, "LASSO_DATA_DIR");
  const token = given(undefined, "", env, "LASSO_ADMIN_TOKEN");
  const server: ServerSettings = {
    ...settings.server,
    ...(host === undefined ? {} : { host: hostOf(host) }),
    ...(port === undefined ? {} : { port: portOf(port) }),
    ...(region === undefined ? {} : { region: regionOf(region) }),
    ...(dataDir === undefined ? {} : { dataDir: dataDirOf(dataDir) }),
    ...(token === undefined ? {} : { adminToken: tokenOf(token) }),
  };
  return { ...settings, server };
}

function given(
  flag: string | undefined,
  flagName: string,
  env: Env,
  ...variables: string[]
): Given | undefined {
  if (flag !== undefined) return { text: flag, source: flagName };
  for (const name of variables) {
    const text = env(name);
    if (text !== undefined && text !== "") return { text, source: `environment variable ${name}` };
  }
  return undefined;
}

/** An empty host would listen on every address of the machine. */
function hostOf({ text, source }: Given): string {
  if (/^[^\s\/]+$/.test(text)) return text;
  throw new LassoError("usage", `"${text}" is no host`, {
    place: source,
    hint:
      "give a name or an address of this machine: 127.0.0.1 for itself alone, 0.0.0.0 or :: for everybody",
  });
}

function portOf({ text, source }: Given): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (port <= 65535) return port;
  throw new LassoError("usage", `"${text}" is not a port`, {
    place: source,
    hint: "give a whole number from 0 to 65535; 0 takes a free port",
  });
}

function regionOf({ text, source }: Given): string {
  if (namePattern.test(text)) return text;
  throw new LassoError("usage", `"${text}" is not a name for a region`, {
    place: source,
    hint: `it ${nameText}`,
  });
}

function dataDirOf({ text, source }: Given): string | null {
  if (text === "") {
    throw new LassoError("usage", "an empty text is no folder", {
      place: source,
      hint: "give a folder, or none to keep all in memory",
    });
  }
  return text === "none" ? null : resolve(text);
}

function tokenOf({ text, source }: Given): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw new LassoError("usage", "the admin token holds a character that can't travel in a header", {
    place: source,
    hint: "use printable ASCII without spaces",
  });
}
