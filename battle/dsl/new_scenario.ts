// `lasso battle new NAME`: a commented starter scenario, and the types of the DSL beside it. Never overwrites a file.
// Called by the command line.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LassoError, messageOf } from "../../core/errors.ts";
import { battleTypes } from "./battle_types_text.ts";
import { scenarioStarter } from "./scenario_starter.ts";

const typesFile = "lasso-battle.d.ts";

/**
 * The paths that it wrote: all or none. LassoError `usage` for a name that can't be one or a file that is in the way,
 * `io` where nothing can be written.
 */
export async function newScenario(name: string, dir: string): Promise<readonly string[]> {
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) {
    throw new LassoError("usage", `${JSON.stringify(name)} can't be a scenario's name`, {
      hint: "begin with a letter, go on with letters, digits, _ and -, for instance `my-failover`",
    });
  }
  const files: readonly (readonly [path: string, text: string])[] = [
    [join(dir, `${name}.ts`), scenarioStarter.replaceAll("NAME", name)],
    [join(dir, typesFile), battleTypes],
  ];
  const missing: (readonly [path: string, text: string])[] = [];
  for (const [path, text] of files) {
    const there = await textOf(path);
    if (there === null) missing.push([path, text]);
    // The types are shared by the scenarios of a folder.
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
      ? "it is of another version: delete it, or choose another folder"
      : "choose another name, or another folder",
  });
}

function cannotWrite(path: string, thrown: unknown): LassoError {
  return new LassoError("io", `can't write there: ${messageOf(thrown)}`, {
    place: path,
    hint: "choose a folder that you may write to",
    cause: thrown,
  });
}
