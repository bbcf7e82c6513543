// Where an Anvil is: on PATH, in a node_modules below the current directory, or in Deno's cache of npm packages. It is
// looked for only when a scenario asks for a real node; Lasso ships none.

import { LassoError } from "../../core/errors.ts";

export interface AnvilSearch {
  readonly env: (name: string) => string | undefined;
  readonly isFile: (path: string) => boolean;
  /** Names in a folder; none where there is no such folder. */
  readonly list: (path: string) => readonly string[];
  /** Of the npm package: `linux-amd64`. */
  readonly platform: string;
}

/** Throws a LassoError `usage` that says what to install. */
export function anvilPath(search: AnvilSearch = systemSearch): string {
  for (const path of candidates(search)) if (search.isFile(path)) return path;
  throw new LassoError("usage", "The scenario starts an Anvil, and there is none on this machine.", {
    hint:
      `install Foundry, so that anvil is on PATH, or run: npm install @foundry-rs/anvil-${search.platform}`,
  });
}

function* candidates({ env, list, platform }: AnvilSearch): Generator<string> {
  for (const folder of (env("PATH") ?? "").split(":")) if (folder !== "") yield `${folder}/anvil`;
  const packageName = `@foundry-rs/anvil-${platform}`;
  yield `node_modules/${packageName}/bin/anvil`;
  const home = env("HOME") ?? "";
  const caches = [
    env("DENO_DIR"),
    `${env("XDG_CACHE_HOME") ?? `${home}/.cache`}/deno`,
    `${home}/Library/Caches/deno`,
  ];
  for (const cache of caches) {
    if (cache === undefined || cache === "") continue;
    for (const registry of list(`${cache}/npm`)) {
      const versions = `${cache}/npm/${registry}/${packageName}`;
      for (const version of list(versions)) yield `${versions}/${version}/bin/anvil`;
    }
  }
}

const architectures: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };

const systemSearch: AnvilSearch = {
  env: (name) => Deno.env.get(name),
  isFile: (path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  },
  list: (path) => {
    try {
      return [...Deno.readDirSync(path)].map(({ name }) => name);
    } catch {
      return [];
    }
  },
  platform: `${Deno.build.os}-${architectures[Deno.build.arch] ?? Deno.build.arch}`,
};
