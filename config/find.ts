// Which config file runs: the one that was named, else lasso.yaml (or lasso.yml) in the working folder, else none.

import { statSync } from "node:fs";

const usualNames = ["lasso.yaml", "lasso.yml"];

/** A named file is returned whether it exists or not: loading it says what is wrong with it. */
export function findConfig(
  named: string | undefined,
  exists: (path: string) => boolean = isFile,
): string | undefined {
  return named ?? usualNames.find(exists);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
