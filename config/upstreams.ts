// Settings from LASSO_UPSTREAMS: a list of URLs and nothing else. Which chain each serves is asked of it
// (eth_chainId), by a function that is passed in; a WebSocket URL joins the HTTP one of its host. Called by `serve` and
// `check` when there is no config file.

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
 * @throws LassoError `config` when an entry is no URL, a WebSocket URL has no partner, or none of them answered.
 */
export async function settingsFromUpstreams(
  urls: readonly string[],
  chainIdOf: (url: string) => Promise<number>,
): Promise<UpstreamSettings> {
  const endpoints = paired(urls);
  const answers = await Promise.allSettled(endpoints.map(({ url }) => chainIdOf(url)));
  const byChain = new Map<number, Endpoint[]>();
  const failures: UpstreamFailure[] = [];
  endpoints.forEach((endpoint, index) => {
    const answer = answers[index];
    if (answer?.status === "fulfilled") {
      byChain.set(answer.value, [...byChain.get(answer.value) ?? [], endpoint]);
    } else {
      const message = maskText(messageOf(answer?.reason), [endpoint.url]);
      failures.push({ url: maskUrl(endpoint.url), message });
    }
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

interface Endpoint {
  readonly url: string;
  wsUrl: string | null;
}

/** The HTTP endpoints in the order of the list, each with the WebSocket URL that belongs to it. */
function paired(urls: readonly string[]): Endpoint[] {
  const endpoints: Endpoint[] = [];
  for (const [index, url] of urls.entries()) {
    if (!URL.canParse(url) || !/^(?:http|ws)s?:\/\//i.test(url)) {
      const hint = "give URLs with commas between them: https://a.example.com/key,https://b.example.com";
      throw entryError(index, "is not an http, https, ws or wss URL", hint);
    }
    if (/^http/i.test(url)) endpoints.push({ url, wsUrl: null });
  }
  for (const [index, url] of urls.entries()) {
    if (!/^ws/i.test(url)) continue;
    const [partner, ...others] = partnersOf(new URL(url), endpoints);
    const host = new URL(url).hostname;
    if (partner === undefined) {
      const hint = `add its http or https URL to the list, or give both to a provider in a config file`;
      throw entryError(index, `is a WebSocket URL of ${host}, which has no HTTP URL beside it`, hint);
    }
    if (others.length > 0 || partner.wsUrl !== null) {
      const why = others.length > 0
        ? `may belong to several HTTP URLs of ${host}`
        : `is a second WebSocket URL of one HTTP URL of ${host}`;
      throw entryError(index, why, "say in a config file which belong together (url and ws_url)");
    }
    partner.wsUrl = url;
  }
  return endpoints;
}

/** Of those on its host the nearest ones: the same port and path, else the same port, else the host alone. */
function partnersOf(url: URL, endpoints: readonly Endpoint[]): Endpoint[] {
  const onHost = endpoints.filter((endpoint) => new URL(endpoint.url).hostname === url.hostname);
  const onPort = onHost.filter((endpoint) => portOf(new URL(endpoint.url)) === portOf(url));
  const samePath = onPort.filter((endpoint) => new URL(endpoint.url).pathname === url.pathname);
  return [samePath, onPort, onHost].find((found) => found.length > 0) ?? [];
}

function portOf(url: URL): string {
  return url.port || (/^(?:https|wss):$/.test(url.protocol) ? "443" : "80");
}

function entryError(index: number, why: string, hint: string): LassoError {
  return new LassoError("config", `entry ${index + 1} ${why}`, {
    place: "environment variable LASSO_UPSTREAMS",
    hint,
  });
}

function chainName(chainId: number): string {
  for (const [name, preset] of presetFacts()) if (preset.chainId === chainId) return name;
  return `chain-${chainId}`;
}

function chainOf(chainId: number, endpoints: readonly Endpoint[]): ChainValues {
  const taken = new Set<string>();
  return {
    chain_id: chainId,
    providers: endpoints.map(({ url, wsUrl }): ProviderValues => ({
      id: providerId(new URL(url).host, taken),
      url,
      ...(wsUrl === null ? {} : { ws_url: wsUrl }),
    })),
  };
}

function providerId(host: string, taken: Set<string>): string {
  const base = host.replace(/[^A-Za-z0-9.-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 56) || "upstream";
  let id = base;
  for (let twin = 2; taken.has(id); twin++) id = `${base}-${twin}`;
  taken.add(id);
  return id;
}
