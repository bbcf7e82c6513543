// Writes what `lasso plugin new` and `lasso battle new` give a user to start from, and the types beside it. All files
// or none, and never over one that is there. Called by those two commands.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LassoError, messageOf } from "./errors.ts";

export interface StarterFile {
  readonly name: string;
  readonly text: string;
}

/**
 * The paths that it wrote. `types` is shared by the starters of a folder: it may be there, if it is the same. `how`: how
 * a user names another folder, behind a blank ("" by default). LassoError `usage` for a file that is in the way, `io`
 * where nothing can be written.
 */
export async function writeStarters(
  dir: string,
  starters: readonly StarterFile[],
  types: StarterFile,
  how = "",
): Promise<readonly string[]> {
  const missing: (readonly [path: string, text: string])[] = [];
  for (const file of [...starters, types]) {
    const path = join(dir, file.name);
    const there = await textOf(path, how, file === types);
    if (there === null) missing.push([path, file.text]);
    else if (there !== file.text || file !== types) throw inTheWay(path, how, file === types);
  }
  try {
    await mkdir(dir, { recursive: true });
    for (const [path, text] of missing) await writeFile(path, text, { flag: "wx" });
  } catch (thrown) {
    throw cannotWrite(dir, how, thrown);
  }
  return missing.map(([path]) => path);
}

/** null: there is no such file. */
async function textOf(path: string, how: string, isTypes: boolean): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    const { code } = thrown as { readonly code?: unknown };
    if (code === "ENOENT") return null;
    if (code === "EISDIR") throw inTheWay(path, how, isTypes);
    throw cannotWrite(path, how, thrown);
  }
}

function inTheWay(path: string, how: string, isTypes: boolean): LassoError {
  return new LassoError("usage", "a file is there already and is never overwritten", {
    place: path,
    hint: isTypes
      ? `it is of another version: delete it, or choose another folder${how}`
      : `choose another name, or another folder${how}`,
  });
}

function cannotWrite(path: string, how: string, thrown: unknown): LassoError {
  return new LassoError("io", `can't write there: ${messageOf(thrown)}`, {
    place: path,
    hint: `choose a folder that you may write to${how}`,
    cause: thrown,
  });
}
