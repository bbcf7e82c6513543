// The built-in chains: parsed once, by the same schema as a user's file, when first asked for.

import { resolve } from "node:path";
import type { LassoSettings } from "../core/settings.ts";
import { buildSettings } from "./build.ts";
import { trustBloomDefault } from "./defaults.ts";
import type { PresetFacts } from "./preset_facts.ts";
import { presetFiles } from "./preset_files.ts";
import { formatProblems } from "./problems.ts";
import { chainSchema, type ChainValues } from "./schema.ts";
import { schemaProblems } from "./schema_problems.ts";
import { Tree } from "./yaml_tree.ts";

export interface PresetChain extends PresetFacts {
  readonly name: string;
  readonly providers: readonly {
    readonly id: string;
    readonly url: string;
    readonly ws_url?: string | undefined;
  }[];
}

let cached: ReadonlyMap<string, ChainValues> | undefined;

function presetValues(): ReadonlyMap<string, ChainValues> {
  cached ??= new Map(Object.entries(presetFiles).map(([name, text]) => [name, parsePreset(name, text)]));
  return cached;
}

/** In the order of preset_files.ts. */
export function presets(): PresetChain[] {
  const facts = presetFacts();
  return [...presetValues()].flatMap(([name, { providers }]) => {
    const known = facts.get(name);
    return known === undefined ? [] : [{ name, ...known, providers }];
  });
}

export function presetFacts(): ReadonlyMap<string, PresetFacts> {
  return new Map([...presetValues()].map(([name, chain]) => [name, {
    chainId: chain.chain_id ?? 0,
    blockTimeMs: chain.block_time ?? 0,
    aliases: chain.aliases ?? [],
    trustBloom: chain.trust_bloom ?? trustBloomDefault,
  }]));
}

/** What runs where there is no config file and no LASSO_UPSTREAMS. */
export function settingsFromPresets(): LassoSettings {
  return settingsOfChains(Object.fromEntries(presetValues()));
}

/** Default settings around chains that were made, not read from a file; they name no files. */
export function settingsOfChains(chains: Readonly<Record<string, ChainValues>>): LassoSettings {
  return buildSettings({ chains }, {
    presets: presetFacts(),
    pem: () => "",
    absolute: (path) => resolve(path),
    pluginPlace: () => "",
  });
}

function parsePreset(name: string, text: string): ChainValues {
  const tree = new Tree(text, `presets/${name}.yaml`, () => undefined);
  const result = chainSchema.safeParse(tree.value);
  if (result.success && tree.problems.length === 0) return result.data;
  const problems = [...tree.problems, ...schemaProblems(tree, result.error?.issues ?? [])];
  throw new Error(`A built-in chain is broken:\n${formatProblems(problems)}`);
}
