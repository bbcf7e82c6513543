// Scenario files from disk, TypeScript or JavaScript, in the repository, the bundle and the executable alike: imported by
// a `file:` URL under a query made of their content's hash, given the DSL as an argument. Every error names the file and
// how to mend it. Called by the command line, and by the generator's process for the functions of custom workloads.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError, messageOf } from "../../core/errors.ts";
import { maskText } from "../../core/redact.ts";
import type { Scenario } from "../model/scenario.ts";
import { makeBattle, scenarioOf } from "./make_battle.ts";
import { show } from "./problems.ts";

/** Remote modules that a scenario file imports may have to be fetched first. */
const IMPORT_TIMEOUT_MS = 30_000;

const example = 'export default ({ scenario, sim, http }: Battle) => scenario("…")';

/**
 * The scenarios of one file, in its order; `seed` in the place of theirs. LassoError `usage` for whatever is wrong with
 * it.
 */
export async function loadScenarios(
  path: string,
  clock: Clock,
  seed: number | null = null,
): Promise<readonly Scenario[]> {
  const exported = await importFile(resolve(path), path, clock);
  return collectScenarios(exported, path, seed);
}

/** The scenarios of a default export. `place`: what errors call it, a path or a name. */
export function collectScenarios(
  exported: unknown,
  place: string,
  seed: number | null = null,
): readonly Scenario[] {
  const functions: readonly unknown[] = Array.isArray(exported) ? exported : [exported];
  if (functions.length === 0) {
    throw bad("the default export is an empty list", place, "export at least one scenario function");
  }
  const errors: LassoError[] = [];
  const scenarios: Scenario[] = [];
  for (const [index, make] of functions.entries()) {
    const which = functions.length === 1 ? "the default export" : `item ${index + 1} of the default export`;
    try {
      scenarios.push(callFunction(make, which, place, seed));
    } catch (thrown) {
      if (!(thrown instanceof LassoError)) throw thrown;
      errors.push(thrown);
    }
  }
  const names = scenarios.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) < index))) {
    errors.push(bad(`two scenarios are named ${show(name)}`, place, "give each a name of its own"));
  }
  const [first, ...more] = errors;
  if (first === undefined) return scenarios;
  if (more.length === 0) throw first;
  throw new LassoError("usage", errors.map(({ message }) => message).join("\n"));
}

/** Reads the recorded traffic that a scenario of `scenarioPath` names; paths are relative to that file. */
export function trafficReader(scenarioPath: string): (file: string) => string {
  return (file) => {
    const path = resolve(dirname(scenarioPath), file);
    try {
      return readFileSync(path, "utf8");
    } catch (thrown) {
      throw bad(
        `recorded traffic can't be read: ${readFault(thrown)}`,
        path,
        "name a file that exists; a relative path starts at the scenario file",
      );
    }
  };
}

function callFunction(make: unknown, which: string, place: string, seed: number | null): Scenario {
  if (typeof make !== "function") {
    throw bad(`${which} is ${show(make)}, not a function`, place, `write ${example}`);
  }
  let built: unknown;
  try {
    built = make(makeBattle(seed));
  } catch (thrown) {
    throw bad(
      `${which} failed: ${textOf(thrown)}`,
      placeIn(thrown, place),
      "correct the file; `deno check` shows what does not fit together",
    );
  }
  try {
    return scenarioOf(built);
  } catch (thrown) {
    if (!(thrown instanceof LassoError)) throw thrown;
    const { code, summary, hint, details } = thrown;
    throw new LassoError(code, summary, { place, details, ...(hint === undefined ? {} : { hint }) });
  }
}

async function importFile(path: string, named: string, clock: Clock): Promise<unknown> {
  let content: Uint8Array;
  try {
    content = await readFile(path);
  } catch (thrown) {
    throw bad(
      `the scenario file can't be read: ${readFault(thrown)}`,
      named,
      "name a file that exists; `lasso battle new NAME` writes one",
    );
  }
  // stdout has the report, and in a part of a run its replies: what a file prints is for people.
  console.log = console.info = console.debug = console.error;
  const url = pathToFileURL(path);
  url.search = `?v=${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
  let module: { readonly default?: unknown } | null;
  try {
    module = await inTime<{ readonly default?: unknown }>(import(url.href), clock);
  } catch (thrown) {
    throw bad(
      `the scenario file failed while it was loaded: ${textOf(thrown)}`,
      placeIn(thrown, named),
      "correct the file; `deno check` shows type errors",
    );
  }
  if (module === null) {
    throw bad(
      `the scenario file was not loaded within ${IMPORT_TIMEOUT_MS / 1000} s`,
      named,
      "keep its top level free of waiting",
    );
  }
  if (module.default === undefined) {
    throw bad("the scenario file has no default export", named, `write ${example}`);
  }
  return module.default;
}

/** null once the time is over; what comes later is dropped. */
async function inTime<T>(loading: Promise<T>, clock: Clock): Promise<T | null> {
  const enough = new AbortController();
  try {
    return await Promise.race([loading, sleep(clock, IMPORT_TIMEOUT_MS, enough.signal).then(() => null)]);
  } finally {
    enough.abort();
  }
}

function bad(summary: string, place: string, hint: string): LassoError {
  return new LassoError("usage", summary, { place, hint });
}

/** What makes a file's URL one of its content, in texts of the runtime; a line and a column may follow. */
const version = /\?v=[0-9a-f]{16}(?::(\d+:\d+))?/;

/** The runtime ends some of its messages with the file, once or twice. */
const placeLines = /(?:\n\s+at \S+\?v=[0-9a-f]{16}:\d+:\d+)+$/;

/** With line and column where the error came out of the file itself. */
function placeIn(thrown: unknown, place: string): string {
  const stack = thrown instanceof Error ? stripVTControlCharacters(thrown.stack ?? "") : "";
  const at = version.exec(stack)?.[1];
  return at === undefined ? place : `${place}:${at}`;
}

/** It may be a value that can't even be made a string; the loader paints its own, and ends it with the place. */
function textOf(thrown: unknown): string {
  try {
    const text = stripVTControlCharacters(messageOf(thrown)).replace(placeLines, "");
    return maskText(
      text.replaceAll(new RegExp(version, "g"), (_all, at?: string) => at === undefined ? "" : `:${at}`),
    );
  } catch {
    return "a value without a text";
  }
}

function readFault(thrown: unknown): string {
  const code = (thrown as { readonly code?: unknown }).code;
  if (code === "ENOENT") return "there is no such file";
  return typeof code === "string" ? code : textOf(thrown);
}
