// The config file of the router that a run starts: the world's providers, the scenario's own keys over them, and secrets
// planted where people keep theirs, so that a leak can be seen. JSON is YAML.

import { maskText } from "../../core/redact.ts";
import type { ChainSpec } from "../model/scenario.ts";
import type { ProviderAddress } from "../world/world_options.ts";

type Tree = Readonly<Record<string, unknown>>;

export interface RouterConfigOptions {
  readonly chains: readonly ChainSpec[];
  readonly addresses: readonly ProviderAddress[];
  /** `scenario.target.config`, and of a comparison's other side what it changes. */
  readonly changes: readonly Tree[];
  /** Put into paths and headers; null: none. */
  readonly secret: string | null;
}

export function routerConfig({ chains, addresses, changes, secret }: RouterConfigOptions): Tree {
  const base: Tree = {
    chains: Object.fromEntries(chains.map((chain) => [chain.name, {
      chain_id: chain.chainId,
      ...(chain.blockTimeMs > 0 ? { block_time: `${chain.blockTimeMs}ms` } : {}),
      providers: chain.providers.map((provider) => {
        const at = addresses.find((address) =>
          address.chain === chain.name && address.provider === provider.id
        );
        if (at === undefined) throw new Error(`the world has no address of ${chain.name}/${provider.id}`);
        // Somebody else's endpoint has secrets of its own; another path would be another endpoint.
        const planted = provider.kind === "sim" ? secret : null;
        return merged({
          id: provider.id,
          url: withPath(at.url, planted),
          ...(at.wsUrl === null ? {} : { ws_url: withPath(at.wsUrl, planted) }),
          ...(at.caFile === null ? {} : { tls: { ca: at.caFile } }),
          ...(planted === null ? {} : { headers: { "x-api-key": `${planted}-header` } }),
        }, provider.config);
      }),
    }])),
  };
  return changes.reduce(merged, base);
}

function withPath(url: string, secret: string | null): string {
  return secret === null ? url : new URL(`/v2/${secret}-path`, url).href;
}

/** Objects are merged, everything else is replaced. */
export function merged(base: Tree, over: Tree): Tree {
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = out[key];
    out[key] = isTree(before) && isTree(value) ? merged(before, value) : value;
  }
  return out;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const secretKeys: ReadonlySet<string> = new Set(["headers", "admin_token"]);

/** As it stands in a report: no secret of ours, and none that others put into URLs, headers and tokens. */
export function shownConfig(config: Tree): unknown {
  return JSON.parse(JSON.stringify(config, (key, value: unknown) => {
    if (secretKeys.has(key)) return "***";
    return typeof value === "string" ? maskText(value) : value;
  }));
}
