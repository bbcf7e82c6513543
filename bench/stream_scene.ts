// The stage of P9: the real streams of one chain over the real pipeline, on virtual time. Only the transports are
// stand-ins, through which the run pushes what two upstreams would notify. Used by stream_run.ts.

import { silentLog } from "../core/log.ts";
import { ChainMeasure } from "../core/measure/chain_measure.ts";
import { RaceBook } from "../core/measure/races/race_book.ts";
import { silentRecorder } from "../core/measure/recorder.ts";
import { PluginRegistry } from "../core/plugins/registry.ts";
import type {
  Exchange,
  ReplySink,
  SubscriptionSink,
  Transport,
  TransportPlugin,
  UpstreamCall,
  UpstreamSubscription,
} from "../core/plugins/transport.ts";
import { seededRandom } from "../core/random.ts";
import { Router } from "../core/routing/router.ts";
import type { RaceSettings } from "../core/settings.ts";
import { Streams } from "../core/streams/streams.ts";
import type { SharedMessage, SubscriberSocket } from "../core/streams/subscriber.ts";
import { VirtualClock } from "../core/virtual_clock.ts";
import { builtinStrategies } from "../strategies/mod.ts";
import { chainSettings, providerSettings } from "../tests/support/fake_chain.ts";
import { lassoSettings } from "../tests/support/fake_router.ts";
import { answerText } from "./call_reader.ts";
import { readCall } from "./node_answers.ts";
import type { StreamBlock } from "./stream_blocks.ts";

const chainName = "ethereum";
export const blockTimeMs = 100;
const providers = ["a", "b"] as const;
export type ProviderName = typeof providers[number];

/** A client's socket that only counts. */
class CountingSocket implements SubscriberSocket {
  readonly gaps = null;
  received = 0;
  closed: string | null = null;

  deliver(_message: SharedMessage): void {
    this.received++;
  }

  close(code: number, reason: string): void {
    this.closed = `${code} ${reason}`;
  }
}

export interface SceneOptions {
  readonly race: RaceSettings;
  readonly type: "newHeads" | "logs";
  readonly clients: number;
}

export class StreamScene implements AsyncDisposable {
  readonly clock = new VirtualClock();
  readonly #type: SceneOptions["type"];
  readonly #sockets: readonly CountingSocket[];
  readonly #sinks = new Map<string, SubscriptionSink>();
  readonly #byHash = new Map<string, StreamBlock>();
  readonly #streams: Streams;
  readonly #races: RaceBook;
  readonly #router: Router;
  #tip: StreamBlock;

  private constructor(options: SceneOptions, first: StreamBlock) {
    this.#tip = first;
    this.#type = options.type;
    const registry = new PluginRegistry();
    for (const plugin of builtinStrategies) registry.register(plugin, "built in");
    for (const protocol of ["http", "ws"] as const) registry.register(this.#plugin(protocol), "bench");
    const measure = new ChainMeasure(this.clock);
    const shared = { clock: this.clock, random: seededRandom(1), log: silentLog, emit: () => {} };
    const list = providers.map((id) => providerSettings(id, { wsUrl: `wss://${id}.example/` }));
    const settings = lassoSettings([
      chainSettings(list, { name: chainName, blockTimeMs, race: options.race }),
    ]);
    this.#router = new Router(settings, { registry, options: new Map() }, {
      ...shared,
      recorder: silentRecorder,
      view: () => measure,
      proxyFor: () => null,
      completed: () => {},
    });
    let series = 0;
    this.#races = new RaceBook({
      ...{ clock: this.clock, log: silentLog, cells: { second: () => {} }, history: { race: () => {} } },
      numbers: { take: () => series++ },
      listening: () => true,
      publish: () => {},
    });
    this.#streams = new Streams({ ...shared, raced: this.#races });
    this.#streams.bind(this.#router);
    this.#sockets = Array.from({ length: options.clients }, () => new CountingSocket());
  }

  /** With all clients subscribed; `first` is the chain's head. Throws when that fails. */
  static async open(options: SceneOptions, first: StreamBlock): Promise<StreamScene> {
    const scene = new StreamScene(options, first);
    let acknowledged = 0;
    for (const socket of scene.#sockets) {
      const client = scene.#streams.client(chainName, socket);
      client.subscribe(options.type === "logs" ? '["logs",{}]' : '["newHeads"]', ({ kind }) => {
        if (kind === "result") acknowledged++;
      });
    }
    // Both upstreams say their chain id and confirm; a race takes its second one when it is ready.
    for (let n = 0; n < 100; n++) await scene.clock.advance(blockTimeMs);
    if (acknowledged !== options.clients) throw new Error(`${acknowledged} of ${options.clients} subscribed`);
    return scene;
  }

  /** What upstreams are asked for is answered from this block on. */
  show(block: StreamBlock): void {
    this.#tip = block;
    this.#byHash.set(block.hash, block);
  }

  /** null: that upstream has no such subscription. */
  sink(provider: ProviderName, type: SceneOptions["type"]): SubscriptionSink | null {
    return this.#sinks.get(`${provider} ${type}`) ?? null;
  }

  /** Throws unless every client got so many events. */
  check(events: number): void {
    for (const { received, closed } of this.#sockets) {
      if (closed !== null) throw new Error(`A ${this.#type} client was closed: ${closed}`);
      if (received !== events) {
        throw new Error(`A ${this.#type} client got ${received} events, not ${events}`);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#streams[Symbol.dispose]();
    this.#races[Symbol.dispose]();
    const retired = this.#router.retire(undefined, 0);
    await this.clock.advance(100);
    await retired;
  }

  #plugin(protocol: "http" | "ws"): TransportPlugin {
    return {
      kind: "transport",
      id: protocol,
      protocol,
      summary: "stands in for an upstream",
      parse: (raw) => raw,
      create: (_options, { provider }) => this.#transport(provider, protocol),
    };
  }

  #transport(provider: string, protocol: "http" | "ws"): Transport {
    const transport = {
      connections: 1,
      send: (call: UpstreamCall, sink: ReplySink): Exchange => {
        let cancelled = false;
        queueMicrotask(() => {
          const body = this.#answer(call.body);
          if (!cancelled) sink.onReply({ status: 200, retryAfterMs: null, body, rest: null });
        });
        return { cancel: () => void (cancelled = true) };
      },
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
    if (protocol === "http") return transport;
    return {
      ...transport,
      subscribe: ({ body }: UpstreamCall, sink: SubscriptionSink): UpstreamSubscription => {
        const key = `${provider} ${String(readCall(body).params[0])}`;
        this.#sinks.set(key, sink);
        queueMicrotask(() => sink.onConfirmed());
        return { cancel: () => void this.#sinks.delete(key) };
      },
    };
  }

  #answer(text: string): string {
    const { id, method, params } = readCall(text);
    switch (method) {
      case "eth_chainId":
        return answerText(id, '"0x1"');
      case "eth_blockNumber":
        return answerText(id, `"0x${this.#tip.number.toString(16)}"`);
      case "eth_syncing":
        return answerText(id, "false");
      case "eth_getBlockByNumber":
      case "eth_getBlockByHash":
        return answerText(id, (this.#byHash.get(String(params[0])) ?? this.#tip).block);
      case "eth_getLogs": {
        const { blockHash } = params[0] as { blockHash?: string };
        const logs = this.#byHash.get(blockHash ?? "")?.copies.a.logs ?? [];
        return answerText(id, `[${logs.join(",")}]`);
      }
      default:
        throw new Error(`The stage of P9 does not answer ${method}`);
    }
  }
}
