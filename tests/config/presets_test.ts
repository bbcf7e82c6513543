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

Deno.test("presets() have a WebSocket endpoint each, over wss, without a key, of the provider's own domain", () => {
  const domain = (url: string): string => new URL(url).hostname.split(".").slice(-2).join(".");
  for (const chain of presets()) {
    const all = chain.providers.flatMap(({ ws_url }) => ws_url === undefined ? [] : [ws_url]);
    assert.ok(all.length >= 1, chain.name);
    assert.equal(new Set(all).size, all.length);
    for (const { url, ws_url } of chain.providers) {
      if (ws_url === undefined) continue;
      assert.match(ws_url, /^wss:\/\/[a-z0-9.-]+(\/[a-z0-9/-]*)?$/i);
      assert.equal(domain(ws_url), domain(url));
    }
  }
});

Deno.test("presets() have the WebSocket endpoints that viem has", () => {
  for (const { name, providers } of presets()) {
    const other = viemChains[viemNames[name] ?? name as keyof typeof viemChains] as {
      readonly rpcUrls: { readonly default: { readonly webSocket?: readonly string[] } };
    };
    for (const url of other.rpcUrls.default.webSocket ?? []) {
      assert.ok(providers.some(({ ws_url }) => ws_url === url), `${name}: ${url}`);
    }
  }
});

Deno.test("presets() trust no blooms of chains whose logs may be outside of them", () => {
  const trusted = presets().filter(({ trustBloom }) => trustBloom).map(({ name }) => name);
  for (const name of ["ethereum", "sepolia", "gnosis", "base", "optimism", "bsc"]) {
    assert.ok(trusted.includes(name));
  }
  for (const name of ["polygon", "zksync", "arbitrum", "arbitrum-sepolia"]) {
    assert.ok(!trusted.includes(name));
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
