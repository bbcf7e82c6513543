// A provider of the world: a simulated one or a real node, with a proxy in front of it that the router goes through.
// Faults of the wire are the proxy's, the others are its own; each kind of provider says which of them it can show.

import { LassoError } from "../../core/errors.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import type { ProxyCertificates } from "../chaos/certificates.ts";
import { TcpProxy } from "../chaos/tcp_proxy.ts";
import { isWireFault } from "../chaos/wire_state.ts";
import type { PlannedFault } from "../model/fault.ts";
import type { ProviderRecord } from "../model/record.ts";
import type { ChainSpec, ProviderSpec } from "../model/scenario.ts";
import type { SimulatedChain } from "../simulator/chain.ts";
import { hashText } from "../simulator/hex.ts";
import { type SimulatedProvider, startSimulatedProvider } from "../simulator/provider.ts";
import { AnvilNode } from "./anvil_node.ts";
import { ownFault, providerRecord, simulatedSettings } from "./simulated.ts";
import type { ProviderAddress, WorldDeps } from "./world_options.ts";

/** Ends what was begun. */
export type EndFault = () => Promise<void> | void;

type OwnSpec = Exclude<ProviderSpec, { readonly kind: "url" }>;

export interface ProviderPlaceOptions {
  readonly chain: ChainSpec;
  readonly spec: OwnSpec;
  /** Of simulated providers. */
  readonly simulated: SimulatedChain | null;
  readonly seed: number;
  /** null: plain TCP. */
  readonly certificates: ProxyCertificates | null;
  /** Where their authority's PEM lies. */
  readonly caFile: string | null;
}

export class ProviderPlace implements AsyncDisposable {
  readonly chain: string;
  readonly id: string;
  readonly address: ProviderAddress;
  readonly #node: SimulatedProvider | AnvilNode;
  readonly #proxy: TcpProxy;
  readonly #seed: number;

  private constructor(
    { chain, spec, seed, certificates, caFile }: ProviderPlaceOptions,
    node: SimulatedProvider | AnvilNode,
    proxy: TcpProxy,
  ) {
    this.chain = chain.name;
    this.id = spec.id;
    this.#node = node;
    this.#proxy = proxy;
    this.#seed = seed;
    const place = `${proxy.host}:${proxy.port}`;
    const s = certificates === null ? "" : "s";
    this.address = {
      chain: chain.name,
      provider: spec.id,
      url: `http${s}://${place}`,
      wsUrl: spec.kind === "anvil" || spec.ws ? `ws${s}://${place}` : null,
      caFile: certificates === null ? null : caFile,
    };
  }

  static async start(options: ProviderPlaceOptions, deps: WorldDeps): Promise<ProviderPlace> {
    const { chain, spec, seed, certificates } = options;
    const name = `${chain.name}/${spec.id}`;
    const random = seededRandom(seedOf(seed, name));
    await using started = new AsyncDisposableStack();
    const node = started.use(await startNode(options, deps, random));
    const proxy = started.use(
      await TcpProxy.start(
        { host: "127.0.0.1", port: node.port, certificates: certificates?.served ?? null },
        { clock: deps.clock, random: seededRandom(seedOf(seed, `${name} proxy`)) },
      ),
    );
    started.move();
    return new ProviderPlace(options, node, proxy);
  }

  /** LassoError `usage` for what this kind of provider can't show. */
  async begin({ id, fault, share, methods, endUs }: PlannedFault, handle: number): Promise<EndFault> {
    if (isWireFault(fault)) return await this.#proxy.begin(fault, endUs === null);
    const own = ownFault(fault, id);
    const node = this.#node;
    if (node instanceof AnvilNode) {
      if (own.kind === "stall") return node.stop();
      throw new LassoError("usage", `A real node can't show the fault ${id}: ${own.kind}.`, {
        place: `${this.chain}/${this.id}`,
        hint: "real nodes take faults of the wire, stall and reorg; use a simulated provider for the others",
      });
    }
    return node.begin(own, { share, methods, seed: seedOf(this.#seed, `${id} ${handle}`) });
  }

  /** Only of a real node: a simulated one follows its chain. */
  async reorg(depth: number): Promise<void> {
    if (this.#node instanceof AnvilNode) await this.#node.rpc("anvil_reorg", [depth, []]);
  }

  /** null for a real node, which keeps no books. */
  record(): ProviderRecord | null {
    const node = this.#node;
    return node instanceof AnvilNode ? null : providerRecord(this.chain, this.id, node);
  }

  /** The proxy first: a provider that goes away behind it would be seen. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy[Symbol.asyncDispose]();
    await this.#node[Symbol.asyncDispose]();
  }
}

async function startNode(
  { chain, spec, simulated }: ProviderPlaceOptions,
  { clock, findAnvil }: WorldDeps,
  random: Random,
): Promise<SimulatedProvider | AnvilNode> {
  if (spec.kind === "anvil") {
    return await AnvilNode.start(
      { path: findAnvil(), chainId: chain.chainId, blockTimeMs: spec.blockTimeMs },
      clock,
    );
  }
  return await startSimulatedProvider(simulated!, simulatedSettings(spec), { clock, random });
}

/** The same for the same run and name, on any machine. */
function seedOf(seed: number, name: string): number {
  return Number.parseInt(hashText(`world ${seed} ${name}`).slice(2, 12), 16);
}
