// The world of a scenario: its chains, the providers that serve them, and what goes wrong there. It knows nothing of the
// router and of clients. In a run it lives in a process of its own (world_process.ts); tests have it in theirs.

import { LassoError } from "../../core/errors.ts";
import { makeProxyCertificates, type ProxyCertificates } from "../chaos/certificates.ts";
import type { FaultTarget } from "../chaos/fault_driver.ts";
import type { PlannedFault } from "../model/fault.ts";
import { ChainPlace } from "./chain_place.ts";
import { type EndFault, ProviderPlace } from "./provider_place.ts";
import type { ProviderAddress, WorldDeps, WorldOptions, WorldReport } from "./world_options.ts";

/** Loopback addresses that a proxy may have. */
const PROXY_HOSTS = ["127.0.0.1", "127.0.0.2", "localhost"] as const;

export async function startWorld(options: WorldOptions, deps: WorldDeps): Promise<World> {
  await using started = new AsyncDisposableStack();
  const { chains, seed, faults, folder } = options;
  const overTls = new Set(
    faults.filter(({ fault }) => fault.kind === "tls").map(({ chain, provider }) => `${chain}/${provider}`),
  );
  const caFile = `${folder}/providers-ca.pem`;
  let certificates: ProxyCertificates | null = null;
  if (overTls.size > 0) {
    certificates = makeProxyCertificates(PROXY_HOSTS, deps.clock.wallNow());
    await Deno.writeTextFile(caFile, certificates.ca);
  }
  const places: ChainPlace[] = [];
  const providers: ProviderPlace[] = [];
  for (const chain of chains) {
    const place = started.use(new ChainPlace(chain, seed, deps.clock));
    places.push(place);
    for (const spec of chain.providers) {
      // Somebody else's endpoint is gone to directly.
      if (spec.kind === "url") continue;
      const isTls = overTls.has(`${chain.name}/${spec.id}`);
      const provider = await ProviderPlace.start(
        {
          chain,
          spec,
          simulated: place.simulated,
          seed,
          certificates: isTls ? certificates : null,
          caFile: isTls ? caFile : null,
        },
        deps,
      );
      providers.push(started.use(provider));
    }
  }
  const running = started.move();
  return new World(places, providers, deps, () => running.disposeAsync());
}

export class World implements FaultTarget, AsyncDisposable {
  readonly #chains: readonly ChainPlace[];
  readonly #providers: readonly ProviderPlace[];
  readonly #deps: WorldDeps;
  readonly #stop: () => Promise<void>;
  /** By handle. */
  readonly #inForce = new Map<number, EndFault>();
  #zeroMs: number;

  constructor(
    chains: readonly ChainPlace[],
    providers: readonly ProviderPlace[],
    deps: WorldDeps,
    stop: () => Promise<void>,
  ) {
    this.#chains = chains;
    this.#providers = providers;
    this.#deps = deps;
    this.#stop = stop;
    this.#zeroMs = deps.clock.now();
  }

  get addresses(): readonly ProviderAddress[] {
    return this.#providers.map(({ address }) => address);
  }

  /** Time 0 on this clock, ms; before it is set, time 0 is the start of the world. */
  setZero(ms: number): void {
    this.#zeroMs = ms;
  }

  async beginFault(handle: number, fault: PlannedFault): Promise<number> {
    const atUs = this.#nowUs();
    this.#inForce.set(handle, await this.#begin(handle, fault));
    return atUs;
  }

  /** Harmless for what is not in force. */
  async endFault(handle: number): Promise<number> {
    const end = this.#inForce.get(handle);
    this.#inForce.delete(handle);
    await end?.();
    return this.#nowUs();
  }

  report(): WorldReport {
    const providers = this.#providers.map((provider) => ({ provider, record: provider.record() }));
    const chains = this.#chains.filter(({ simulated }) => simulated !== null);
    return {
      providers: providers.flatMap(({ record }) => record === null ? [] : [record]),
      ledgers: new Map(chains.map((chain) => [chain.name, chain.ledger!])),
      truths: new Map(chains.map((chain) => [chain.name, chain.truth(this.#zeroMs)!])),
      notes: providers.flatMap(({ provider, record }) =>
        record === null
          ? [
            `${provider.chain}/${provider.id} is a real node: what it was asked, and what its chain was, is not known.`,
          ]
          : []
      ),
    };
  }

  /** What is in force goes with what it is in force on. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stop();
  }

  async #begin(handle: number, planned: PlannedFault): Promise<EndFault> {
    const { id, fault, chain, provider } = planned;
    if (fault.kind === "reorg") {
      await this.#reorg(id, chain, provider, fault.depth);
      return () => {};
    }
    const place = this.#providers.find((each) => each.chain === chain && each.id === provider);
    if (place === undefined) throw noSuch(id, `${chain}/${provider}`);
    return await place.begin(planned, handle);
  }

  /** Of the simulated chain, for all its providers; or of one real node, or of all that the chain has. */
  async #reorg(id: string, chain: string | null, provider: string | null, depth: number): Promise<void> {
    const place = this.#chains.find(({ name }) => name === chain);
    if (place === undefined) throw noSuch(id, String(chain));
    place.simulated?.reorg(depth);
    for (const each of this.#providers) {
      if (each.chain === chain && (provider === null || each.id === provider)) await each.reorg(depth);
    }
  }

  #nowUs(): number {
    return Math.round((this.#deps.clock.now() - this.#zeroMs) * 1000);
  }
}

function noSuch(id: string, what: string): LassoError {
  return new LassoError("usage", `The fault ${id} is for ${what}, which this world does not have.`, {
    place: id,
    hint: "name a chain and a simulated provider or a real node of the scenario",
  });
}
