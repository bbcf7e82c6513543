// Reads what Lasso wrote into its data folder: names are checked before they become a path, links are not followed out
// of it, and what is too large is refused. What is there and can't be read is ApiError 503. Nothing here writes.

import type { Dirent } from "node:fs";
import { lstat, readdir, readFile, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { ApiError } from "./api_error.ts";

export interface DataFile {
  /** Name without its folder. */
  readonly name: string;
  readonly bytes: number;
  /** Epoch ms of its last change. */
  readonly at: number;
}

/** One part of a path: no separators, no dots at its begin, nothing hidden. */
const partName = /^[\p{L}\p{N}_][\p{L}\p{N}_.-]{0,199}$/u;

export function isPartName(name: string): boolean {
  return partName.test(name) && !name.includes("..");
}

/** Folders in `folder`, the last by name first; none where it does not exist. */
export async function listFolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await entries(folder)) {
    if (entry.isDirectory() && isPartName(entry.name)) names.push(entry.name);
  }
  return names.sort().reverse();
}

/** Plain files in `folder` with that ending, the last by name first. */
export async function listFiles(folder: string, ending: string, most: number): Promise<DataFile[]> {
  const names = (await entries(folder))
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && isPartName(entry.name))
    .map(({ name }) => name).sort().reverse().slice(0, most);
  const found: DataFile[] = [];
  for (const name of names) {
    const facts = await lstat(join(folder, name)).catch(() => null);
    if (facts?.isFile()) found.push({ name, bytes: facts.size, at: Math.round(facts.mtimeMs) });
  }
  return found;
}

export type FileText = { readonly text: string } | { readonly missing: true } | { readonly tooLarge: number };

/** The text of `root`/`parts`; each part is checked. */
export async function readInside(
  root: string,
  parts: readonly string[],
  maxBytes: number,
): Promise<FileText> {
  if (!parts.every(isPartName)) return { missing: true };
  try {
    const base = await realpath(root);
    const path = await realpath(join(base, ...parts));
    if (!path.startsWith(base.endsWith(sep) ? base : base + sep)) return { missing: true };
    const facts = await lstat(path);
    if (!facts.isFile()) return { missing: true };
    if (facts.size > maxBytes) return { tooLarge: facts.size };
    return { text: await readFile(path, "utf8") };
  } catch (thrown) {
    if (isAbsent(thrown)) return { missing: true };
    throw unreadable(thrown);
  }
}

async function entries(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (thrown) {
    if (isAbsent(thrown)) return [];
    throw unreadable(thrown);
  }
}

/** It is the disk's or the operator's doing, and says no paths. */
function unreadable(thrown: unknown): ApiError {
  const message = `The data folder can't be read (${codeOf(thrown) ?? "no reason was given"}).`;
  return new ApiError(503, "unreadable", message, "See that Lasso may read it, and its disk works.");
}

function codeOf(thrown: unknown): string | null {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : null;
}

function isAbsent(thrown: unknown): boolean {
  const code = codeOf(thrown);
  return code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG" || code === "ELOOP";
}
