// What the parts of the server share: the router in force (a reload swaps this one reference), whether the server is
// draining, and how much is under way.

import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { History } from "../measure/history/model.ts";
import type { Recorder } from "../measure/recorder.ts";
import type { Random } from "../random.ts";
import type { Router } from "../routing/router.ts";
import type { EventHub } from "./event_hub.ts";
import type { SubscriptionService } from "../streams/subscriber.ts";

export interface ServerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly recorder: Recorder;
  /** Prometheus text. */
  metrics(): string;
  readonly version: string;
  /** What happens in the router, for the feed. */
  readonly hub: EventHub;
  /** Serves eth_subscribe; null: nobody does. */
  readonly streams: SubscriptionService | null;
  /** What was measured and what happened, for the API. */
  readonly history: History;
}

/** One reload that was tried. */
export interface ReloadRecord {
  /** Epoch ms. */
  readonly at: number;
  readonly result: "ok" | "failed";
  readonly message: string;
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export class ServerState {
  router: Router;
  draining = false;
  /** Client calls under way; each item of a batch is one. */
  inFlight = 0;
  configVersion = 1;
  /** Newest last; bounded. */
  readonly reloads: ReloadRecord[] = [];
  readonly startedAt: number;
  readonly deps: ServerDeps;
  /** Client connections open at this moment, without those that became WebSockets. */
  connections: () => number = () => 0;
  /** Clients' WebSockets open at this moment. */
  websockets: () => number = () => 0;
  readonly #idPrefix: string;
  #idHead = "";
  #requests = 0;

  constructor(router: Router, deps: ServerDeps) {
    this.router = router;
    this.deps = deps;
    this.startedAt = deps.clock.wallNow();
    let prefix = "";
    for (let k = 0; k < 16; k++) prefix += Math.floor(deps.random.next() * 16).toString(16);
    this.#idPrefix = prefix;
  }

  /** 32 hex digits: 16 of this process, 16 counted. */
  nextRequestId(): string {
    const low = ++this.#requests & 0xffff;
    // All but the last four digits change once in 65,536 requests.
    if (low === 0 || this.#idHead === "") {
      this.#idHead = this.#idPrefix + Math.floor(this.#requests / 0x1_0000).toString(16).padStart(12, "0");
    }
    return this.#idHead + hexOfByte[low >> 8]! + hexOfByte[low & 255]!;
  }

  noteReload(record: ReloadRecord): void {
    this.reloads.push(record);
    if (this.reloads.length > 50) this.reloads.shift();
    this.deps.hub.emit("config.reload", { result: record.result, message: record.message });
    this.deps.recorder.reload(record.result);
  }
}
