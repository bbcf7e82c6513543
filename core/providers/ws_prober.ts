// The probe of one WebSocket channel: asks it for its chain id over its own connection, which also connects it. So a
// ws_url of another chain serves nothing, and no call of a client waits for a handshake: a channel without a connection
// is passed over (channel.ts) till this has connected it again. A loop under the supervisor, run by chain.ts.

import { readQuantity } from "../rpc/json_values.ts";
import type { Channel } from "./channel.ts";
import { chainIdEveryMs, maxRecoveryMs, type ProberHost, recoveryMs } from "./health.ts";
import { holdMs } from "./hold.ts";
import { probe } from "./probe.ts";
import { Waker } from "./waker.ts";

/** How often a connection that is there is looked at. */
const lookMs = 1_000;

type Host = Pick<ProberHost, "settings" | "clock" | "random" | "log" | "awake">;

export class WsProber {
  readonly #channel: Channel;
  readonly #host: Host;
  readonly #waker = new Waker();
  #askedAt = -Infinity;
  /** On another chain: asked again from then on. */
  #recoverAt = -Infinity;
  #recoveries = 0;

  constructor(channel: Channel, host: Host) {
    this.#channel = channel;
    this.#host = host;
  }

  /** Looks at once what is due. */
  kick(): void {
    this.#waker.wake();
  }

  /** Connects and asks at once, whatever was asked lately. */
  askNow(): void {
    this.#askedAt = this.#recoverAt = -Infinity;
    this.kick();
  }

  /** The loop; ends when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#look(signal);
      await this.#waker.pause(this.#host.clock, waitMs, signal);
    }
  }

  /** Returns the milliseconds until the next look. */
  async #look(signal: AbortSignal): Promise<number> {
    const dueMs = this.#dueInMs();
    if (dueMs > 0) return this.#host.awake ? Math.min(dueMs, lookMs) : Infinity;
    const heldMs = holdMs(this.#channel, this.#host.clock);
    if (heldMs > 0) return heldMs;
    this.#askedAt = this.#host.clock.now();
    await this.#ask(signal);
    return 10;
  }

  #dueInMs(): number {
    const { clock, awake, settings } = this.#host;
    const channel = this.#channel;
    if (!awake || channel.barred !== null) return Infinity;
    const now = clock.now();
    const { intervalMs } = settings.health;
    const againMs = intervalMs > 0 ? intervalMs : recoveryMs;
    if (channel.wrongChain !== null) return this.#recoverAt - now;
    if (channel.chainIdAt === null || channel.transport.connections === 0) {
      return this.#askedAt + againMs - now;
    }
    return intervalMs > 0 ? channel.chainIdAt + chainIdEveryMs - now : Infinity;
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const { clock, log, random, settings } = this.#host;
    const channel = this.#channel;
    const wasWrong = channel.wrongChain !== null;
    const outcome = await probe({
      channel,
      method: "eth_chainId",
      params: "[]",
      timeoutMs: settings.health.timeoutMs,
      clock,
      log,
      signal,
      read: readQuantity,
    });
    if (outcome.ok && outcome.value === settings.chainId) {
      this.#recoveries = 0;
      channel.sawChainId(null);
    } else if (outcome.ok) {
      channel.sawChainId(`answers chain id ${outcome.value} over WebSocket, expected ${settings.chainId}`);
    } else if (outcome.category === "unsupported" && !wasWrong) {
      channel.sawChainId(null); // It can't be asked: its calls are the only evidence.
    }
    if (channel.wrongChain === null) return;
    const ms = Math.min(recoveryMs * 2 ** this.#recoveries++, maxRecoveryMs);
    this.#recoverAt = clock.now() + ms * (0.9 + 0.2 * random.next());
  }
}
