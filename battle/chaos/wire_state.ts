// What the wire faults in force add up to, for one provider's proxy: pure, no socket and no clock. Several faults hold at
// once: latencies add up, of rates the lowest holds, of byte limits the smallest. The proxy asks it for every chunk.

import type { Random } from "../../core/random.ts";
import type { Fault, WireFault } from "../model/fault.ts";

export type TlsFault = Extract<WireFault, { readonly kind: "tls" }>["how"];

/** `server`: the way to the provider; `client`: the way back, on which answers and notifications come. */
export type Direction = "server" | "client";

export class WireState {
  #faults: readonly WireFault[] = [];
  /** Kept beside the list because every chunk asks. */
  #calm = true;

  add(fault: WireFault): void {
    this.#set([...this.#faults, fault]);
  }

  /** Takes away the one that was added, by identity: an equal one of another `add` stays. */
  remove(fault: WireFault): void {
    this.#set(this.#faults.filter((other) => other !== fault));
  }

  /** Nothing is in force: bytes pass as they come. */
  get calm(): boolean {
    return this.#calm;
  }

  /** Connections are refused. */
  get refusing(): boolean {
    return this.#faults.some(({ kind }) => kind === "kill") || this.#dns("nxdomain");
  }

  /** New connections reach somebody else. */
  get elsewhere(): boolean {
    return this.#dns("wrong_address");
  }

  get blackhole(): boolean {
    return this.#faults.some(({ kind }) => kind === "blackhole");
  }

  get resetting(): boolean {
    return this.#faults.some(({ kind }) => kind === "reset");
  }

  /** The certificate that is shown; null: the good one. The fault that came last holds. */
  get tls(): TlsFault | null {
    return this.#of("tls").at(-1)?.how ?? null;
  }

  /** Milliseconds by which a chunk of answers comes later; drawn anew for each. */
  delayMs(random: Random): number {
    let sum = 0;
    for (const { ms, jitterMs } of this.#of("latency")) {
      sum += Math.max(0, ms + (jitterMs === 0 ? 0 : (2 * random.next() - 1) * jitterMs));
    }
    return sum;
  }

  /** Bytes of an answer that still pass at once, `passed` being those that have; Infinity: all. */
  freeBytes(direction: Direction, passed: number): number {
    if (this.#of("bandwidth").length > 0) return 0;
    if (direction === "server") return Infinity;
    return Math.max(
      0,
      Math.min(Infinity, ...this.#of("slow_body").map(({ afterBytes }) => afterBytes - passed)),
    );
  }

  /** Bytes per second for what does not pass at once; Infinity: no limit. */
  bytesPerSecond(direction: Direction, passed: number): number {
    const slow = direction === "client"
      ? this.#of("slow_body").filter(({ afterBytes }) => passed >= afterBytes)
      : [];
    return Math.min(
      Infinity,
      ...[...this.#of("bandwidth"), ...slow].map(({ bytesPerSecond }) => bytesPerSecond),
    );
  }

  /** Bytes of an answer after which its connection ends; Infinity: never. */
  get cutAfterBytes(): number {
    return Math.min(Infinity, ...this.#of("cut_body").map(({ afterBytes }) => afterBytes));
  }

  get closeDelayMs(): number {
    return Math.max(0, ...this.#of("slow_close").map(({ ms }) => ms));
  }

  #set(faults: readonly WireFault[]): void {
    this.#faults = faults;
    this.#calm = faults.length === 0;
  }

  #dns(how: "nxdomain" | "wrong_address"): boolean {
    return this.#of("dns").some((fault) => fault.how === how);
  }

  #of<Kind extends WireFault["kind"]>(kind: Kind): readonly Extract<WireFault, { readonly kind: Kind }>[] {
    return this.#faults.filter((fault): fault is Extract<WireFault, { readonly kind: Kind }> =>
      fault.kind === kind
    );
  }
}

/** Says what is wrong with a fault's figures, or null. */
export function wireFaultProblem(fault: WireFault): string | null {
  for (const [name, value] of Object.entries(fault)) {
    if (typeof value !== "number") continue;
    const isRate = name === "bytesPerSecond";
    if (!(Number.isFinite(value) && (isRate ? value > 0 : value >= 0))) {
      return `${name} of ${fault.kind} must be a finite number ${
        isRate ? "above 0" : "of 0 or more"
      }: it is ${value}`;
    }
  }
  return null;
}

const wireKinds: Readonly<Record<WireFault["kind"], true>> = {
  kill: true,
  blackhole: true,
  reset: true,
  latency: true,
  bandwidth: true,
  slow_body: true,
  cut_body: true,
  slow_close: true,
  drop_sockets: true,
  tls: true,
  dns: true,
};

export function isWireFault(fault: Fault): fault is WireFault {
  return Object.hasOwn(wireKinds, fault.kind);
}
