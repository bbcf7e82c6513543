// Settings from LASSO_UPSTREAMS: a list of URLs and nothing else. Which chain each serves is asked of it
// (eth_chainId), by a function that is passed in. Called by `serve` and `check` when there is no config file.

import { LassoError, messageOf } from "../core/errors.ts";
import { maskText, maskUrl } from "../core/redact.ts";
import type { LassoSettings } from "../core/settings.ts";
import { presetFacts, settingsOfChains } from "./presets.ts";
import type { ChainValues, ProviderValues } from "./schema.ts";

export interface UpstreamFailure {
  /** Masked. */
  readonly url: string;
  readonly message: string;
}

export interface UpstreamSettings {
  readonly settings: LassoSettings;
  /** URLs that are left out, because they could not be asked for their chain. */
  readonly failures: readonly UpstreamFailure[];
}

/** The URLs of a comma-separated list; spaces and empty entries don't count. */
export function splitUpstreams(list: string): string[] {
  return list.split(",").map((url) => url.trim()).filter((url) => url !== "");
}

/**
 * Asks all URLs at once. A chain that is known is named as the built-in one, another `chain-<id>`; providers are
 * named after their hosts, in the order of the list.
 * @throws LassoError `config` when an entry is no URL, or none of them answered.
 */
export async function settingsFromUpstreams(
  urls: readonly string[],
  chainIdOf: (url: string) => Promise<number>,
): Promise<UpstreamSettings> {
  for (const [index, url] of urls.entries()) {
    if (URL.canParse(url) && /^https?:\/\//i.test(url)) continue;
    throw new LassoError("config", `entry ${index + 1} is not an http or https URL`, {
      place: "environment variable LASSO_UPSTREAMS",
      hint: "give URLs with commas between them: https://a.example.com/key,https://b.example.com",
    });
  }
  const answers = await Promise.allSettled(urls.map((url) => chainIdOf(url)));
  const byChain = new Map<number, string[]>();
  const failures: UpstreamFailure[] = [];
  urls.forEach((url, index) => {
    const answer = answers[index];
    if (answer?.status === "fulfilled") byChain.set(answer.value, [...byChain.get(answer.value) ?? [], url]);
    else failures.push({ url: maskUrl(url), message: maskText(messageOf(answer?.reason), [url]) });
  });
  if (byChain.size === 0) {
    throw new LassoError("config", "none of the upstreams told which chain it serves", {
      place: "environment variable LASSO_UPSTREAMS",
      hint: failures.map(({ url, message }) => `${url}: ${message}`).join("; ") || "give at least one URL",
    });
  }
  const chains = [...byChain].map(([chainId, own]) => [chainName(chainId), chainOf(chainId, own)] as const);
  return { settings: settingsOfChains(Object.fromEntries(chains)), failures };
}

function chainName(chainId: number): string {
  for (const [name, preset] of presetFacts()) if (preset.chainId === chainId) return name;
  return `chain-${chainId}`;
}

function chainOf(chainId: number, urls: readonly string[]): ChainValues {
  const taken = new Set<string>();
  return {
    chain_id: chainId,
    providers: urls.map((url): ProviderValues => ({ id: providerId(new URL(url).host, taken), url })),
  };
}

function providerId(host: string, taken: Set<string>): string {
  const base = host.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 56) || "upstream";
  let id = base;
  for (let twin = 2; taken.has(id); twin++) id = `${base}-${twin}`;
  taken.add(id);
  return id;
}
