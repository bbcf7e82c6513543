// A provider on virtual time: the simulated one without a port, behind a wire that faults act on as the TCP proxy does,
// in values instead of bytes. Made by the virtual world; transports of the router come in through `line`.

import type { Clock } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import type { TransportFailure } from "../../core/plugins/transport.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import { isWireFault, wireFaultProblem, WireState } from "../chaos/wire_state.ts";
import type { PlannedFault, WireFault } from "../model/fault.ts";
import type { ProviderRecord } from "../model/record.ts";
import type { SimulatedChain } from "../simulator/chain.ts";
import type { MemoryDoor } from "../simulator/memory_door.ts";
import { SimulatedProvider } from "../simulator/provider.ts";
import { defaultProviderSettings } from "../simulator/provider_settings.ts";
import { StallGate } from "../simulator/stall_gate.ts";
import { ownFault, providerRecord, simulatedSettings, type SimulatedSpec } from "../world/simulated.ts";

/** Something that goes over connections to the provider. */
export interface WireUser {
  /** The connections that are open are torn down. */
  drop(failure: TransportFailure): void;
}

export const wasReset: TransportFailure = {
  code: "reset",
  message: "the connection was reset",
  sent: true,
};

export interface VirtualProviderOptions {
  readonly chain: string;
  readonly spec: SimulatedSpec;
  readonly simulated: SimulatedChain;
  readonly clock: Clock;
  /** Of its own: from it all that it draws follows. */
  readonly seed: number;
}

export class VirtualProvider implements Disposable {
  readonly chain: string;
  readonly id: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly wire = new WireState();
  /** Shut while something holds it; what was to flow does so when it is over. */
  readonly flow = new StallGate();
  readonly users = new Set<WireUser>();
  readonly door: MemoryDoor;
  readonly #node: SimulatedProvider;
  readonly #seed: number;
  readonly #close: () => void;
  #holds = 0;

  constructor({ chain, spec, simulated, clock, seed }: VirtualProviderOptions) {
    this.chain = chain;
    this.id = spec.id;
    this.clock = clock;
    this.random = seededRandom(seed + 1);
    this.#seed = seed;
    this.#node = new SimulatedProvider(
      simulated,
      { ...defaultProviderSettings, ...simulatedSettings(spec) },
      { clock, random: seededRandom(seed) },
    );
    const door = this.#node.openDoor();
    this.door = door;
    this.#close = () => door[Symbol.dispose]();
  }

  get hasWs(): boolean {
    return this.#node.settings.ws;
  }

  /** Puts a fault in force; gives what ends it. LassoError `usage` for one that makes no sense. */
  begin({ id, fault, share, methods }: PlannedFault, handle: number): () => void {
    if (isWireFault(fault)) return this.#beginWire({ ...fault }, id);
    return this.#node.begin(ownFault(fault, id), { share, methods, seed: this.#seed + 7 * handle });
  }

  /** Nothing flows on the wire until what is given back is called. */
  hold(): () => void {
    this.#holds++;
    this.flow.close();
    return () => {
      if (--this.#holds === 0) this.flow.open();
    };
  }

  /** Why no new connection can be had; null: it can. */
  get obstacle(): TransportFailure | null {
    const { wire } = this;
    if (wire.refusing) return { code: "refused", message: "the connection was refused", sent: false };
    if (wire.tls !== null) return { code: "tls", message: "the certificate is not trusted", sent: false };
    return null;
  }

  /** When so many bytes that leave now are on the other side, in ms from now. */
  wayMs(direction: "server" | "client", bytes: number): number {
    const { wire, random } = this;
    if (wire.calm) return 0;
    const slow = Math.max(0, bytes - wire.freeBytes(direction, 0));
    const rate = wire.bytesPerSecond(direction, Math.max(0, bytes - slow));
    const transferMs = slow === 0 || rate === Infinity ? 0 : (slow * 1000) / rate;
    return transferMs + (direction === "client" ? wire.delayMs(random) : 0);
  }

  record(): ProviderRecord {
    return providerRecord(this.chain, this.id, this.#node);
  }

  [Symbol.dispose](): void {
    this.#dropAll();
    this.#close();
  }

  #beginWire(fault: WireFault, id: string): () => void {
    const problem = wireFaultProblem(fault);
    if (problem !== null) {
      throw new LassoError("usage", `Cannot break the wire as ${problem}.`, { place: id });
    }
    if (fault.kind === "drop_sockets") {
      this.#dropAll();
      return () => {};
    }
    if (fault.kind === "kill" || fault.kind === "tls") this.#dropAll();
    this.wire.add(fault);
    const release = fault.kind === "blackhole" ? this.hold() : () => {};
    return () => {
      this.wire.remove(fault);
      release();
    };
  }

  #dropAll(): void {
    for (const user of [...this.users]) user.drop(wasReset);
  }
}
