// Reads `.chain()` steps: chains with their providers. All simulated providers of a chain share one simulated chain, so
// a chain has nothing but them, or none of them. Called by finish_scenario.ts.

import type { ChainSpec, ProviderSpec } from "../model/scenario.ts";
import type { Latency } from "../simulator/latency.ts";
import { OptionReader } from "./option_reader.ts";
import { ProviderPart } from "./parts.ts";
import { type Problems, show } from "./problems.ts";
import { durationMs } from "./units.ts";

const chainIds: Readonly<Record<string, number>> = {
  ethereum: 1,
  base: 8453,
  optimism: 10,
  arbitrum: 42161,
  polygon: 137,
  bsc: 56,
  sepolia: 11155111,
};

/** As the router's config has them. */
const chainNamePattern = /^(?!\d+$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const providerIdPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DEFAULT_BLOCK_TIME_MS = 1_000;

export function readChain(args: readonly unknown[], problems: Problems): ChainSpec {
  const [name, options] = args;
  const step = `.chain(${show(name)})`;
  const named = typeof name === "string" && chainNamePattern.test(name);
  if (!named) {
    problems.add(
      step,
      "the chain needs a name",
      "begin with a letter, go on with letters, digits, . _ and -",
    );
  }
  const chain = named ? name : "";
  const reader = new OptionReader(options, step, problems);
  const chainId = readChainId(reader, chain);
  const blockTimeMs = reader.span("blockTime", DEFAULT_BLOCK_TIME_MS);
  const given = reader.raw("providers");
  reader.end();
  const entries = typeof given === "object" && given !== null ? Object.entries(given) : [];
  if (entries.length === 0) {
    problems.add(step, "it has no providers", 'write providers: { a: sim({ p50: "20ms" }), b: sim() }');
  }
  const providers = entries.map(([id, part]) => readProvider(id, part, blockTimeMs, step, problems));
  checkKinds(providers, step, problems);
  return { name: chain, chainId, blockTimeMs, providers };
}

/** 0 where it is missing. */
function readChainId(reader: OptionReader, chain: string): number {
  if (reader.has("chainId")) return reader.whole("chainId", 1);
  const known = chainIds[chain];
  if (known === undefined) {
    reader.problem(
      "its chain id is not known by its name",
      `add chainId: …, or name it one of ${Object.keys(chainIds).join(", ")}`,
    );
  }
  return known ?? 0;
}

function checkKinds(providers: readonly ProviderSpec[], step: string, problems: Problems): void {
  const sims = providers.filter(({ kind }) => kind === "sim").length;
  if (sims > 0 && sims < providers.length) {
    problems.add(
      step,
      "simulated providers stand beside real ones, which know another chain",
      "give the chain simulated providers only, or none, and the others a chain of their own",
    );
  }
  if (providers.filter(({ kind }) => kind === "anvil").length > 1) {
    problems.add(step, "two Anvils are two different chains", "leave one of them out");
  }
}

function readProvider(
  id: string,
  part: unknown,
  blockTimeMs: number,
  chainStep: string,
  problems: Problems,
): ProviderSpec {
  const step = `${chainStep}: provider ${show(id)}`;
  if (!providerIdPattern.test(id)) {
    problems.add(step, "it can't be named so", "use letters, digits, . _ and -");
  }
  if (!(part instanceof ProviderPart)) {
    problems.add(step, `it is ${show(part)}`, "make it with sim(), anvil() or url()");
    return readSim(id, new OptionReader({}, step, problems));
  }
  switch (part.provider) {
    case "sim":
      return readSim(id, new OptionReader(part.args[0], `${step}: sim()`, problems));
    case "anvil": {
      const reader = new OptionReader(part.args[0], `${step}: anvil()`, problems);
      const spec: ProviderSpec = {
        kind: "anvil",
        id,
        blockTimeMs: reader.span("blockTime", blockTimeMs),
        config: reader.plain("config"),
      };
      reader.end();
      return spec;
    }
    case "url": {
      const reader = new OptionReader(part.args[1], `${step}: url()`, problems);
      const wsUrl = reader.has("ws") ? reader.text("ws") : null;
      const config = reader.plain("config");
      reader.end();
      const url = part.args[0];
      // URLs may hold keys: no error text shows one.
      if (!isUrl(url, /^https?:$/)) {
        reader.problem("it is no http or https URL", 'write url("https://host/…")');
      }
      if (wsUrl !== null && !isUrl(wsUrl, /^wss?:$/)) {
        reader.problem("ws is no ws or wss URL", 'write { ws: "wss://host/…" }');
      }
      return { kind: "url", id, url: typeof url === "string" ? url : "", wsUrl, config };
    }
  }
}

function readSim(id: string, reader: OptionReader): ProviderSpec {
  const spec: ProviderSpec = {
    kind: "sim",
    id,
    latency: readLatency(reader),
    failureRate: reader.share("failureRate", 0),
    lagBlocks: reader.whole("lag", 0, 0),
    rateLimit: reader.has("rateLimit") ? reader.rate("rateLimit") : null,
    archive: reader.flag("archive", true),
    getLogsRange: reader.has("getLogsRange") ? reader.whole("getLogsRange", 1) : null,
    denyMethods: readMethods(reader),
    ws: reader.flag("ws", true),
    config: reader.plain("config"),
  };
  reader.end();
  return spec;
}

function readMethods(reader: OptionReader): readonly string[] {
  const given = reader.raw("denyMethods") ?? [];
  if (Array.isArray(given) && given.every((name) => typeof name === "string" && name !== "")) {
    return [...given as readonly string[]];
  }
  reader.problem("denyMethods must be a list of methods", 'write denyMethods: ["trace_*"]');
  return [];
}

function readLatency(reader: OptionReader): Latency {
  const given = reader.raw("latency");
  if (reader.has("p50")) {
    const p50 = reader.duration("p50");
    if (given !== undefined) reader.problem("both p50 and latency are given", "leave one of them out");
    return { kind: "uniform", min: p50 * 0.75, max: p50 * 1.25 };
  }
  if (given === undefined) return { kind: "fixed", ms: 0 };
  const latency = latencyOf(given);
  if (latency !== null) return latency;
  reader.problem(
    `latency can't be read: it is ${show(given)}`,
    'write "20ms", { uniform: ["50ms", "200ms"] }, { normal: { mean, sd } } or { pareto: { min, shape, max } }',
  );
  return { kind: "fixed", ms: 0 };
}

/** null where it is none, or a wrong one. */
function latencyOf(given: unknown): Latency | null {
  const fixed = durationMs(given);
  if (fixed !== null) return { kind: "fixed", ms: fixed };
  if (typeof given !== "object" || given === null || Object.keys(given).length !== 1) return null;
  const { uniform, normal, pareto } = given as Readonly<Record<string, unknown>>;
  if (Array.isArray(uniform)) {
    const [min, max] = [durationMs(uniform[0]), durationMs(uniform[1])];
    return min === null || max === null || min > max ? null : { kind: "uniform", min, max };
  }
  if (typeof normal === "object" && normal !== null) {
    const { mean, sd } = normal as Readonly<Record<string, unknown>>;
    const [meanMs, sdMs] = [durationMs(mean), durationMs(sd)];
    return meanMs === null || sdMs === null ? null : { kind: "normal", mean: meanMs, sd: sdMs };
  }
  if (typeof pareto !== "object" || pareto === null) return null;
  const { min, shape, max } = pareto as Readonly<Record<string, unknown>>;
  const [minMs, maxMs] = [durationMs(min), durationMs(max)];
  if (minMs === null || maxMs === null || minMs > maxMs) return null;
  return typeof shape === "number" && shape > 0 && Number.isFinite(shape)
    ? { kind: "pareto", min: minMs, shape, max: maxMs }
    : null;
}

export function isUrl(value: unknown, protocol: RegExp): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  return protocol.test(new URL(value).protocol);
}
