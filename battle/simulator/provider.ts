// One simulated provider: a real server on a loopback port, HTTP and WebSocket, in front of a simulated node, with the
// latency, the failures and the limits that its settings say. Kill it and its port refuses connections; revive it and
// the same port answers again. Made by the demo, by battle and by tests; it never listens beyond loopback.

import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { below, type Random, seededRandom } from "../../core/random.ts";
import { LassoError, messageOf } from "../../core/errors.ts";
import type { AnswerFault } from "../model/fault.ts";
import { Announcements, type AnnouncementSink } from "./announcements.ts";
import { AnswerOverlay, type FaultReach } from "./answer_overlay.ts";
import type { SimulatedChain } from "./chain.ts";
import {
  chainFaultProblem,
  isAnswerFault,
  type ProviderChainFault,
  type SettingsFault,
  withChainFaults,
} from "./chain_overlay.ts";
import { HeadFollower } from "./head_follower.ts";
import { receiveHttp } from "./http_door.ts";
import { KeptFilters } from "./kept_filters.ts";
import { MemoryDoor } from "./memory_door.ts";
import { syncStatus } from "./node_methods.ts";
import { ProviderChain } from "./provider_chain.ts";
import {
  checkedSettings,
  defaultProviderSettings,
  type SimulatedProviderSettings,
} from "./provider_settings.ts";
import { type ProviderStats, StatsCounter } from "./provider_stats.ts";
import { RequestDesk } from "./request_desk.ts";
import { SimulatedNode } from "./simulated_node.ts";
import { StallGate } from "./stall_gate.ts";
import { WsDoor } from "./ws_door.ts";

const HOST = "127.0.0.1";
/** Longer than routers keep idle connections: a provider that closes first makes races that nobody asked for. */
const KEEP_ALIVE_MS = 120_000;

export interface SimulatedProviderDeps {
  readonly clock: Clock;
  /** For latency, failures, announcements and ids; each has a sequence of its own from it. */
  readonly random: Random;
}

/** Starts a provider of `chain` on a free loopback port; missing settings have their defaults. */
export async function startSimulatedProvider(
  chain: SimulatedChain,
  settings: Partial<SimulatedProviderSettings> & { readonly name: string },
  deps: SimulatedProviderDeps,
): Promise<SimulatedProvider> {
  const provider = new SimulatedProvider(chain, { ...defaultProviderSettings, ...settings }, deps);
  await provider.revive();
  return provider;
}

export class SimulatedProvider {
  readonly #chain: SimulatedChain;
  readonly #ownChain: ProviderChain;
  readonly #overlay = new AnswerOverlay();
  readonly #chainFaults = new Set<SettingsFault>();
  readonly #stats = new StatsCounter();
  readonly #sockets = new Set<Socket>();
  readonly #gate = new StallGate();
  readonly #announcements: Announcements;
  readonly #follower: HeadFollower;
  readonly #filters: KeptFilters;
  readonly #desk: RequestDesk;
  readonly #door: WsDoor;
  readonly #makeDoor: () => MemoryDoor;
  /** Its own. */
  #settings: SimulatedProviderSettings;
  /** With what faults make of them. */
  #inForce: SimulatedProviderSettings;
  #server: Server | null = null;
  /** 0 until the first start; kept from then on. */
  #port = 0;
  #unfollowPool: (() => void) | undefined;

  constructor(chain: SimulatedChain, settings: SimulatedProviderSettings, deps: SimulatedProviderDeps) {
    const { clock } = deps;
    const own = (): Random => seededRandom(below(deps.random, 2 ** 32));
    const stats = this.#stats;
    const gate = this.#gate;
    const now = (): SimulatedProviderSettings => this.#inForce;
    this.#chain = chain;
    const ownChain = this.#ownChain = new ProviderChain(chain, settings.name);
    this.#settings = this.#inForce = checkedSettings(settings);
    const announcements = this.#announcements = new Announcements({ clock, random: own(), settings: now });
    this.#follower = new HeadFollower(
      ownChain,
      () => this.#inForce.lagBlocks,
      (change) => announcements.move(change),
    );
    this.#filters = new KeptFilters(clock, own());
    announcements.add(this.#filters);
    const node = new SimulatedNode({
      chain,
      settings: now,
      filters: this.#filters,
      onCall: (method) => stats.countCall(method),
      view: (lagBlocks) => ownChain.view(lagBlocks),
    });
    const desk = this.#desk = new RequestDesk({
      clock,
      random: deps.random,
      settings: now,
      stats,
      node,
      gate,
      overlay: this.#overlay,
    });
    this.#door = new WsDoor({
      settings: now,
      stats,
      desk,
      gate,
      announcements,
      overlay: this.#overlay,
      random: own(),
    });
    this.#makeDoor = () =>
      new MemoryDoor({ settings: now, stats, desk, announcements, overlay: this.#overlay, random: own() });
    if (this.#settings.stall) this.#stall();
  }

  get name(): string {
    return this.#settings.name;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get wsUrl(): string {
    return `ws://${HOST}:${this.#port}`;
  }

  get settings(): SimulatedProviderSettings {
    return this.#settings;
  }

  get stats(): ProviderStats {
    return this.#stats.snapshot();
  }

  /** What came with eth_sendRawTransaction, in the order of arrival, repetitions too. */
  get rawTransactions(): readonly string[] {
    return this.#stats.rawTransactions;
  }

  get alive(): boolean {
    return this.#server !== null;
  }

  /** Hears every announcement at the moment when it goes out; the function that is given back ends that. */
  onAnnounced(sink: AnnouncementSink): () => void {
    this.#announcements.add(sink);
    return () => this.#announcements.remove(sink);
  }

  /** Changes settings for what comes from now on; RangeError for a value that makes no sense. */
  set(changes: Partial<Omit<SimulatedProviderSettings, "name">>): void {
    this.#settings = checkedSettings({ ...this.#settings, ...changes });
    if (changes.rateLimit !== undefined) this.#desk.newBucket();
    this.#refresh();
  }

  /**
   * Puts a fault over the settings; the function that is given back takes it off again. Several hold at once. `reach`
   * says which answers are hit, and is for faults of answers and for `lying`. LassoError `usage` for figures that make
   * no sense.
   */
  begin(fault: AnswerFault | ProviderChainFault, reach: FaultReach): () => void {
    if (isAnswerFault(fault)) return this.#overlay.add(fault, reach);
    if (fault.kind !== "forked_head") return this.#beginChainFault({ ...fault });
    const back = fitting(() => this.#ownChain.fork(fault.depth));
    this.#follower.update();
    return () => {
      back();
      this.#follower.update();
    };
  }

  /** Resets every WebSocket: no close frame, no FIN. The port stays open. */
  dropSockets(): void {
    this.#door.drop();
  }

  /** Closes every WebSocket with a close frame (RFC 6455 section 7.4). */
  closeSockets(code: number, reason = ""): void {
    this.#door.close(code, reason);
  }

  /** Closes the port and tears down every socket at once; what was being answered never will be. */
  async kill(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.#server = null;
    this.#rest();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.#door.destroy();
    for (const socket of this.#sockets) socket.destroy();
    server.closeAllConnections();
    await closed;
  }

  /** Listens again, on the same port as before. Subscriptions and filters of before are gone. */
  async revive(): Promise<void> {
    if (this.#server !== null) return;
    const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      receiveHttp(request, response, this.#desk, this.#stats);
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
    });
    server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Uint8Array) => {
      this.#door.upgrade(request, socket, head);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, HOST, resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
    this.#follow();
  }

  /** Serves without a port, in memory, until the door is disposed: instead of `revive`, on virtual time. */
  openDoor(): MemoryDoor & Disposable {
    const door = this.#makeDoor();
    this.#follow();
    return Object.assign(door, {
      [Symbol.dispose]: () => {
        door.drop();
        this.#rest();
      },
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #follow(): void {
    this.#follower.start();
    this.#unfollowPool = this.#chain.onTransaction((tx) => {
      if (!this.#inForce.stall) this.#announcements.transaction(tx);
    });
  }

  /** Follows nothing, and forgets what is under way. */
  #rest(): void {
    this.#follower.stop();
    this.#unfollowPool?.();
    this.#announcements.clear();
    this.#desk.clear();
    this.#filters.clear();
  }

  #beginChainFault(fault: SettingsFault): () => void {
    const problem = chainFaultProblem(fault);
    if (problem !== null) throw new LassoError("usage", `Cannot change the chain as ${problem}.`);
    this.#chainFaults.add(fault);
    this.#refresh();
    return () => {
      this.#chainFaults.delete(fault);
      this.#refresh();
    };
  }

  /** The settings in force have changed, perhaps. */
  #refresh(): void {
    const before = this.#inForce;
    this.#inForce = checkedSettings(withChainFaults(this.#settings, this.#chainFaults));
    const { stall, syncing } = this.#inForce;
    this.#announcements.refresh();
    if (stall && !before.stall) this.#stall();
    if (!stall && before.stall) this.#goOn();
    this.#follower.update();
    if (syncing !== before.syncing && !stall) this.#announceSyncing();
  }

  #stall(): void {
    this.#gate.close();
    this.#follower.pause();
    this.#announcements.hold();
    this.#door.pause();
  }

  /** What came while it stalled is answered first; then it announces how far the chain has come. */
  #goOn(): void {
    this.#door.resume();
    this.#gate.open();
    this.#announcements.release();
    this.#follower.resume();
  }

  #announceSyncing(): void {
    const { syncing, lagBlocks } = this.#inForce;
    const current = this.#ownChain.view(lagBlocks).head.number;
    this.#announcements.syncing(syncStatus(syncing, current, this.#chain.head.number));
  }
}

/** What settings and chain say of a fault's figures, as an error of whoever named them. */
function fitting<T>(make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    throw new LassoError("usage", `The fault does not fit: ${messageOf(thrown)}.`, { cause: thrown });
  }
}
