import assert from "node:assert/strict";
import * as viemChains from "viem/chains";
import { presetFiles } from "../../config/preset_files.ts";
import { presets, settingsFromPresets } from "../../config/presets.ts";

/** viem's name of each built-in chain: a second source for its id. */
const viemNames: Readonly<Record<string, keyof typeof viemChains>> = {
  ethereum: "mainnet",
  "base-sepolia": "baseSepolia",
  "arbitrum-sepolia": "arbitrumSepolia",
  "optimism-sepolia": "optimismSepolia",
};

Deno.test("presetFiles lists every file of the folder, as it is", () => {
  const folder = new URL("../../config/presets/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].map((entry) => entry.name).sort();
  assert.deepEqual(Object.keys(presetFiles).map((name) => `${name}.yaml`).sort(), names);
  for (const [name, text] of Object.entries(presetFiles)) {
    assert.equal(text, Deno.readTextFileSync(new URL(`${name}.yaml`, folder)));
    assert.match(text, /^# .+\n[^#]+$/, `${name}: one line of comment`);
  }
});

Deno.test("presets() are at least 15 chains, each with two endpoints or more, over https, without a key", () => {
  assert.ok(presets().length >= 15);
  for (const chain of presets()) {
    assert.ok(chain.providers.length >= 2, chain.name);
    for (const { url } of chain.providers) assert.match(url, /^https:\/\/[a-z0-9.-]+(\/[a-z0-9/-]*)?$/i, url);
    assert.equal(new Set(chain.providers.map(({ url }) => url)).size, chain.providers.length);
  }
});

Deno.test("presets() have the chain ids that viem has", () => {
  for (const { name, chainId } of presets()) {
    const other = viemChains[viemNames[name] ?? name as keyof typeof viemChains];
    assert.equal(chainId, (other as { readonly id: number }).id, name);
  }
});

Deno.test("presets() have block times near those of viem, where it knows one", () => {
  for (const { name, blockTimeMs } of presets()) {
    const other = viemChains[viemNames[name] ?? name as keyof typeof viemChains];
    const known = (other as { readonly blockTime?: number }).blockTime ?? blockTimeMs;
    assert.ok(blockTimeMs >= known / 5 && blockTimeMs <= known * 5, `${name}: ${blockTimeMs} and ${known}`);
  }
});

Deno.test("settingsFromPresets() gives every chain a name, aliases and an id of its own", () => {
  const { chains, plugins, server } = settingsFromPresets();
  const names = chains.flatMap((chain) => [chain.name, ...chain.aliases]);
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(chains.map((chain) => chain.chainId)).size, chains.length);
  assert.equal(chains.find((chain) => chain.aliases.includes("eth"))?.name, "ethereum");
  assert.equal(server.port, 4000);
  assert.deepEqual(plugins, []);
});
