// The real file system for reports. Every failure names the file and what to do.

import { mkdir, mkdtemp, rename, rm, rmdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LassoError, messageOf } from "../../core/errors.ts";
import type { ReportFiles } from "./report_folder.ts";

export const diskFiles: ReportFiles = {
  makeFolder: (path) =>
    told(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      try {
        await mkdir(path);
        return true;
      } catch (thrown) {
        if (codeOf(thrown) !== "EEXIST") throw thrown;
        await tryFolder(path);
        return false;
      }
    }),
  tryFolder: (path) =>
    told(path, async () => {
      for (let folder = path;; folder = dirname(folder)) {
        try {
          return await tryFolder(folder);
        } catch (thrown) {
          if (codeOf(thrown) !== "ENOENT" || folder === dirname(folder)) throw thrown;
        }
      }
    }),
  write: (path, text) => told(path, () => replace(path, (part) => writeFile(part, text))),
  link: (target, path) => told(path, () => replace(path, (part) => symlink(target, part, "dir"))),
};

/** What may be written is seen by writing: `access` asks who we are, which takes a permission that no task has. */
async function tryFolder(path: string): Promise<void> {
  await rmdir(await mkdtemp(join(path, ".try-")));
}

/** Makes it beside its place, then moves it there: a rename replaces a file or a link in one step. */
async function replace(path: string, make: (part: string) => Promise<void>): Promise<void> {
  const part = `${path}.part`;
  await rm(part, { force: true });
  try {
    await make(part);
    await rename(part, path);
  } catch (thrown) {
    await rm(part, { force: true });
    throw thrown;
  }
}

async function told<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw new LassoError("io", `the report can't be written: ${messageOf(thrown)}`, {
      place: path,
      hint: "name another folder with --out, or make room",
      cause: thrown,
    });
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}
