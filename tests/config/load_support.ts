// Loads config text in tests: built-in ids, a fixed environment, files from a table.

import assert from "node:assert/strict";
import { loadConfig, type LoadedConfig, type LoadedSettings } from "../../config/load.ts";
import { type ConfigProblem, formatProblems } from "../../config/problems.ts";

export const known = {
  strategies: ["fastest", "cheapest", "priority", "round_robin"],
  transports: ["http", "fetch", "ws"],
};

export const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";

export interface Given {
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute path to content; the config is /etc/lasso/lasso.yaml. */
  readonly files?: Readonly<Record<string, string>>;
}

function load(text: string, given: Given = {}): LoadedConfig {
  return loadConfig(text, {
    file: "/etc/lasso/lasso.yaml",
    env: (name) => given.env?.[name],
    known,
    read: (path) => {
      const content = given.files?.[path];
      if (content === undefined) throw new Deno.errors.NotFound(path);
      return content;
    },
  });
}

export function loadGood(text: string, given: Given = {}): LoadedSettings {
  const loaded = load(text, given);
  assert.ok(loaded.ok, loaded.ok ? "" : formatProblems(loaded.problems));
  return loaded;
}

export function problemsOf(text: string, given: Given = {}): readonly ConfigProblem[] {
  const loaded = load(text, given);
  assert.ok(!loaded.ok, "the config was accepted");
  return loaded.problems;
}

/** The problems as text, without the folder. */
export function report(text: string, given: Given = {}): string {
  return formatProblems(problemsOf(text, given)).replaceAll("/etc/lasso/", "");
}

/** A chain and a provider that are good, for tests of other sections. */
export const goodChain =
  "chains:\n  ethereum:\n    providers:\n      - { id: a, url: 'https://a.example.com' }\n";
