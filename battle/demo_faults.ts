// Faults that a person puts on the demo's simulated providers and takes off again, by hand or after a time: what each
// kind does to a provider or its chain, and which of them are in force. Dispose it to stop their times.

import type { Clock, Timer } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { below, type Random } from "../core/random.ts";
import type { Begun, DemoFault, FaultState } from "../core/server/api/demo_controls.ts";
import type { DemoChain } from "./demo_world.ts";
import type { AnswerFault } from "./model/fault.ts";
import type { ProviderChainFault } from "./simulator/chain_overlay.ts";
import type { SimulatedProvider } from "./simulator/provider.ts";

export interface DemoFaultsDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** A fault begins or ends. */
  told(event: "fault.begin" | "fault.end", fault: FaultState): void;
}

interface InForce {
  readonly state: FaultState;
  readonly timer: Timer | null;
  end(): void | Promise<void>;
}

/** More would be a mistake of a script's. */
const maxInForce = 100;

export class DemoFaults implements Disposable {
  readonly #chains: readonly DemoChain[];
  readonly #deps: DemoFaultsDeps;
  readonly #inForce = new Map<string, InForce>();
  #serial = 0;

  constructor(chains: readonly DemoChain[], deps: DemoFaultsDeps) {
    this.#chains = chains;
    this.#deps = deps;
  }

  get states(): readonly FaultState[] {
    return [...this.#inForce.values()].map(({ state }) => state);
  }

  async begin(
    chain: string,
    provider: string | null,
    fault: DemoFault,
    forMs: number | null,
  ): Promise<Begun<FaultState>> {
    const found = this.#chains.find(({ name }) => name === chain);
    const target = found?.providers.find(({ name }) => name === provider) ?? null;
    if (found === undefined || (target === null && fault.kind !== "reorg")) {
      return { ok: false, problem: `No simulated provider ${chain}/${provider} runs here.` };
    }
    if (this.#inForce.size >= maxInForce) {
      return { ok: false, problem: `${maxInForce} faults are in force already.` };
    }
    if (this.#holds(chain, provider, fault)) {
      return { ok: false, problem: `${provider} of ${chain} has this fault already: ${fault.kind}.` };
    }
    const { clock } = this.#deps;
    const id = `${fault.kind}-${++this.#serial}`;
    const since = clock.wallNow();
    let end: InForce["end"] | null;
    // In force from its begin: two of a kind must not begin at once.
    const state: FaultState = {
      id,
      fault,
      chain,
      provider,
      since,
      until: forMs === null ? null : since + forMs,
    };
    const holds: InForce = { state, timer: null, end: () => {} };
    this.#inForce.set(id, holds);
    try {
      end = await this.#put(fault, found, target);
    } catch (thrown) {
      this.#inForce.delete(id);
      return { ok: false, problem: messageOf(thrown) };
    }
    if (end === null) {
      this.#inForce.delete(id);
      const over = { ...state, until: since };
      this.#deps.told("fault.begin", over);
      return { ok: true, value: over };
    }
    if (this.#inForce.get(id) !== holds) { // All were ended meanwhile.
      await end();
      return { ok: true, value: { ...state, until: clock.wallNow() } };
    }
    const timer = forMs === null ? null : clock.after(forMs, () => void this.end(id));
    this.#inForce.set(id, { state, timer, end });
    this.#deps.told("fault.begin", state);
    return { ok: true, value: state };
  }

  /** null: all. Gives those that were in force. */
  async end(id: string | null): Promise<readonly FaultState[]> {
    const ending = [...this.#inForce.values()].filter(({ state }) => id === null || state.id === id);
    for (const { state, timer, end } of ending) {
      if (!this.#inForce.delete(state.id)) continue;
      timer?.cancel();
      try {
        await end();
      } catch (thrown) {
        this.#deps.log.write("error", "demo.fault_stays", { id: state.id, error: messageOf(thrown) });
      }
      this.#deps.told("fault.end", state);
    }
    return ending.map(({ state }) => state);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#inForce.values()) timer?.cancel();
    this.#inForce.clear();
  }

  /** Two at once of what is either so or not would end with the first of them. */
  #holds(chain: string, provider: string | null, { kind }: DemoFault): boolean {
    return kind === "kill" &&
      this.states.some((state) =>
        state.fault.kind === kind && state.chain === chain && state.provider === provider
      );
  }

  /** Gives how it ends; null: it is over. */
  async #put(
    fault: DemoFault,
    { chain }: DemoChain,
    provider: SimulatedProvider | null,
  ): Promise<InForce["end"] | null> {
    if (fault.kind === "reorg") {
      chain.reorg(fault.depth);
      return null;
    }
    if (provider === null) throw new Error(`${fault.kind} needs a provider`);
    if (fault.kind === "drop_sockets") {
      provider.dropSockets();
      return null;
    }
    if (fault.kind === "kill") {
      await provider.kill();
      return () => provider.revive();
    }
    const share = fault.kind === "error_rate" || fault.kind === "rate_limit" ? fault.share : 1;
    return provider.begin(simulated(fault), {
      share,
      methods: null,
      seed: below(this.#deps.random, 2 ** 32),
    });
  }
}

type Simulated = Exclude<DemoFault, { readonly kind: "reorg" | "drop_sockets" | "kill" }>;

function simulated(fault: Simulated): AnswerFault | ProviderChainFault {
  switch (fault.kind) {
    case "latency":
      return { kind: "brownout", extraMs: fault.ms };
    case "error_rate":
      return { kind: "status", status: fault.status, retryAfterS: null };
    case "rate_limit":
      return { kind: "status", status: 429, retryAfterS: fault.retry_after_s };
    case "wrong_chain_id":
      return { kind: "wrong_chain_id", chainId: fault.chain_id };
    default:
      return fault;
  }
}
