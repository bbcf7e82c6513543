// The real file system for reports. Every failure names the file and what to do.

import { access, constants, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
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
        await access(`${path}/.`, constants.W_OK);
        return false;
      }
    }),
  write: (path, text) => told(path, () => replace(path, (part) => writeFile(part, text))),
  link: (target, path) => told(path, () => replace(path, (part) => symlink(target, part, "dir"))),
};

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
