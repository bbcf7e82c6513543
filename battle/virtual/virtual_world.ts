// The world of a scenario on virtual time: its simulated chains and providers, and their faults, in this process and
// without a socket. The twin of battle/world; made by runVirtual.

import type { Clock } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { TransportPlugin } from "../../core/plugins/transport.ts";
import type { FaultTarget } from "../chaos/fault_driver.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { ChainSpec } from "../model/scenario.ts";
import { streamSeed } from "../plan/random_stream.ts";
import { ChainPlace } from "../world/chain_place.ts";
import type { ProviderAddress, WorldReport } from "../world/world_options.ts";
import { HttpLine } from "./http_line.ts";
import { VirtualProvider } from "./virtual_provider.ts";
import { WsLine } from "./ws_line.ts";

export class VirtualWorld implements FaultTarget, Disposable {
  readonly providers: readonly VirtualProvider[];
  readonly #chains: readonly ChainPlace[];
  readonly #clock: Clock;
  /** By handle. */
  readonly #inForce = new Map<number, () => void>();
  #zeroMs = 0;

  /** LassoError `usage` where a provider is none that can be simulated. */
  constructor(chains: readonly ChainSpec[], seed: number, clock: Clock) {
    this.#clock = clock;
    this.#chains = chains.map((chain) => new ChainPlace(chain, seed, clock));
    this.providers = chains.flatMap((chain, index) =>
      chain.providers.map((spec) => {
        if (spec.kind !== "sim") throw notSimulated(`${chain.name}/${spec.id}`);
        const simulated = this.#chains[index]!.simulated!;
        const ownSeed = streamSeed(seed, "virtual", chain.name, spec.id) % 2 ** 48;
        return new VirtualProvider({ chain: chain.name, spec, simulated, clock, seed: ownSeed });
      })
    );
  }

  get addresses(): readonly ProviderAddress[] {
    return this.providers.map(({ chain, id, hasWs }) => ({
      chain,
      provider: id,
      url: `http://${id}.${chain}.invalid`,
      wsUrl: hasWs ? `ws://${id}.${chain}.invalid` : null,
      caFile: null,
    }));
  }

  /** In place of the built-in transports, by their ids: each leads to the provider that the target names. */
  transports(): readonly TransportPlugin[] {
    const plugin = (id: string, protocol: "http" | "ws"): TransportPlugin => ({
      kind: "transport",
      id,
      summary: `Virtual ${protocol}.`,
      protocol,
      parse: (raw) => raw,
      create: (_options, { chain, provider, maxResponseBytes }) => {
        const found = this.providers.find((each) => each.chain === chain && each.id === provider);
        if (found === undefined) throw new Error(`the virtual world has no provider ${chain}/${provider}`);
        return new (protocol === "ws" ? WsLine : HttpLine)(found, maxResponseBytes);
      },
    });
    return [plugin("http", "http"), plugin("fetch", "http"), plugin("ws", "ws")];
  }

  /** Time 0, ms of the clock. */
  setZero(ms: number): void {
    this.#zeroMs = ms;
  }

  beginFault(handle: number, fault: PlannedFault): Promise<number> {
    const atUs = this.#nowUs();
    this.#inForce.set(handle, this.#begin(handle, fault));
    return Promise.resolve(atUs);
  }

  endFault(handle: number): Promise<number> {
    this.#inForce.get(handle)?.();
    this.#inForce.delete(handle);
    return Promise.resolve(this.#nowUs());
  }

  report(): WorldReport {
    return {
      providers: this.providers.map((provider) => provider.record()),
      ledgers: new Map(this.#chains.map((chain) => [chain.name, chain.ledger!])),
      truths: new Map(this.#chains.map((chain) => [chain.name, chain.truth(this.#zeroMs)!])),
      notes: [],
    };
  }

  [Symbol.dispose](): void {
    for (const provider of this.providers) provider[Symbol.dispose]();
    for (const chain of this.#chains) chain[Symbol.dispose]();
  }

  #begin(handle: number, planned: PlannedFault): () => void {
    const { id, fault, chain, provider } = planned;
    if (fault.kind === "reorg") {
      const place = this.#chains.find(({ name }) => name === chain);
      if (place === undefined) throw noSuch(id, String(chain));
      place.simulated!.reorg(fault.depth);
      return () => {};
    }
    const found = this.providers.find((each) => each.chain === chain && each.id === provider);
    if (found === undefined) throw noSuch(id, `${chain}/${provider}`);
    return found.begin(planned, handle);
  }

  #nowUs(): number {
    return Math.round((this.#clock.now() - this.#zeroMs) * 1000);
  }
}

function notSimulated(place: string): LassoError {
  return new LassoError("usage", "virtual time needs simulated providers only", {
    place,
    hint: "leave --virtual out, or take sim() for it",
  });
}

function noSuch(id: string, what: string): LassoError {
  return new LassoError("usage", `The fault ${id} is for ${what}, which this world does not have.`, {
    place: id,
    hint: "name a chain and a simulated provider of the scenario",
  });
}
