// `lasso plugin new strategy|transport NAME [--dir D]`: writes a starter plugin, its test and the types, and says
// what to add to lasso.yaml. It never overwrites a file. Called by the command table of the CLI.

import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { LassoError, messageOf } from "../core/errors.ts";
import { pluginIdPattern } from "../core/plugins/registry.ts";
import { writeStarters } from "../core/starter_files.ts";
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

function writeFiles({ kind, id, dir }: Wanted): Promise<readonly string[]> {
  const starter = kind === "strategy" ? strategyStarter : transportStarter;
  const files = [
    { name: `${id}.ts`, text: starter.plugin.replaceAll("NAME", id) },
    { name: `${id}_test.ts`, text: starter.test.replaceAll("NAME", id) },
  ];
  return writeStarters(dir, files, { name: "lasso-plugin.d.ts", text: pluginTypes }, " with --dir");
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
