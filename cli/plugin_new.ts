// `lasso plugin new strategy|transport NAME [--dir D]`: writes a starter plugin, its test and the types, and says
// what to add to lasso.yaml. It never overwrites a file. Called by the command table of the CLI.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { LassoError, messageOf } from "../core/errors.ts";
import { pluginIdPattern } from "../core/plugins/registry.ts";
import { builtinStrategies } from "../strategies/mod.ts";
import { builtinTransports } from "../transports/mod.ts";
import type { CliIo } from "./io.ts";
import { pluginTypes } from "./plugin_types.ts";
import { strategyStarter } from "./strategy_starter.ts";
import { transportStarter } from "./transport_starter.ts";

export const pluginNewHelp = `usage: lasso plugin new strategy|transport NAME [--dir DIR]

Writes NAME.ts (a commented starter that works), NAME_test.ts and lasso-plugin.d.ts into DIR (default: here).
NAME becomes the plugin's id: small letters, digits and _.
`;

const typesFile = "lasso-plugin.d.ts";

interface Wanted {
  readonly kind: "strategy" | "transport";
  readonly id: string;
  readonly dir: string;
}

/** `args` is what follows \`lasso plugin new\`. Exit code: 0 written, 2 wrong usage or a file is in the way. */
export async function pluginNew(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const wanted = readArgs(args);
    if (wanted === "help") {
      io.out(pluginNewHelp);
      return 0;
    }
    const written = await writeFiles(wanted);
    io.out(`${written.map((path) => `wrote ${path}\n`).join("")}\n${nextSteps(wanted)}`);
    return 0;
  } catch (thrown) {
    if (!(thrown instanceof LassoError)) throw thrown;
    io.err(`${thrown.message}\n`);
    return 2;
  }
}

function readArgs(args: readonly string[]): Wanted | "help" {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: { dir: { type: "string", default: "." }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
  } catch (thrown) {
    throw new LassoError("usage", messageOf(thrown), { hint: "see `lasso plugin new --help`" });
  }
  if (parsed.values.help === true) return "help";
  const [kind, id, ...more] = parsed.positionals;
  if (kind !== "strategy" && kind !== "transport") {
    const found = kind === undefined ? "what to write is missing" : `can't write a "${kind}"`;
    throw new LassoError("usage", `${found}: strategy or transport`, {
      hint: "see `lasso plugin new --help`",
    });
  }
  if (id === undefined || more.length > 0) {
    const found = id === undefined
      ? "its name is missing"
      : `one name is enough, found also ${more.join(" ")}`;
    throw new LassoError("usage", found, { hint: `for instance \`lasso plugin new ${kind} sticky\`` });
  }
  checkId(kind, id);
  return { kind, id, dir: parsed.values.dir };
}

function checkId(kind: Wanted["kind"], id: string): void {
  if (!pluginIdPattern.test(id)) {
    throw new LassoError("usage", `"${id}" can't be a plugin's name`, {
      hint: "start with a small letter, go on with small letters, digits and _, for instance `sticky`",
    });
  }
  const taken = kind === "strategy"
    ? id === "provider" || builtinStrategies.some((plugin) => plugin.id === id)
    : builtinTransports.some((plugin) => plugin.id === id);
  if (taken) {
    throw new LassoError("usage", `the ${kind} name "${id}" is taken by Lasso itself`, {
      hint: `take another, for instance \`my_${id}\``,
    });
  }
}

/** Writes all files or, when one is in the way, none. The paths that it wrote. */
async function writeFiles({ kind, id, dir }: Wanted): Promise<readonly string[]> {
  const starter = kind === "strategy" ? strategyStarter : transportStarter;
  const files: readonly (readonly [path: string, text: string])[] = [
    [join(dir, `${id}.ts`), starter.plugin.replaceAll("NAME", id)],
    [join(dir, `${id}_test.ts`), starter.test.replaceAll("NAME", id)],
    [join(dir, typesFile), pluginTypes],
  ];
  const missing: (readonly [path: string, text: string])[] = [];
  for (const [path, text] of files) {
    const there = await textOf(path);
    if (there === null) missing.push([path, text]);
    // The types are shared by the plugins of a folder.
    else if (there !== text || !path.endsWith(typesFile)) throw inTheWay(path);
  }
  try {
    await mkdir(dir, { recursive: true });
    for (const [path, text] of missing) await writeFile(path, text, { flag: "wx" });
  } catch (thrown) {
    throw cannotWrite(dir, thrown);
  }
  return missing.map(([path]) => path);
}

/** null: there is no such file. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code === "ENOENT") return null;
    if (code === "EISDIR") throw inTheWay(path);
    throw cannotWrite(path, thrown);
  }
}

function inTheWay(path: string): LassoError {
  return new LassoError("usage", "a file is there already and is never overwritten", {
    place: path,
    hint: path.endsWith(typesFile)
      ? "it is of another version: delete it, or choose another folder with --dir"
      : "choose another name, or another folder with --dir",
  });
}

function cannotWrite(path: string, thrown: unknown): LassoError {
  return new LassoError("io", `can't write there: ${messageOf(thrown)}`, {
    place: path,
    hint: "choose a folder that you may write to with --dir",
    cause: thrown,
  });
}

function nextSteps({ kind, id, dir }: Wanted): string {
  const path = join(dir, `${id}.ts`);
  const test = `deno test${kind === "transport" ? " --allow-net" : ""} ${join(dir, `${id}_test.ts`)}`;
  const fromHere = relative(".", path);
  const named = fromHere.startsWith("..") ? path : `./${fromHere}`;
  const use = kind === "strategy"
    ? `defaults:\n  strategy: ${id}`
    : `defaults:\n  provider: { transport: ${id} }   # or \`transport: ${id}\` at one provider`;
  return `Try it: ${test}\n\nAdd to lasso.yaml (the path is relative to that file):\n\nplugins:\n  - ${named}\n${use}\n`;
}
