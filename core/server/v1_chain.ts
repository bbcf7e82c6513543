// What all sockets of /v1/ws on one chain share: the listening to its heads, the news made of them, and the question for
// a block's transactions. It listens while there is a socket. Streams see to it that nothing is missing when a provider
// fails; where they can't be had it tries again. Made by V1Endpoint.

import type { Timer } from "../clock.ts";
import type { Outcome } from "../routing/outcome.ts";
import { textToWire } from "../rpc/wire.ts";
import type { OnGap } from "../settings.ts";
import type { StreamListener, SubscriptionService } from "../streams/subscriber.ts";
import type { ServerState } from "./state.ts";
import { askBlock } from "./v1_blocks.ts";
import { type Include, newsFrame, V1News } from "./v1_news.ts";
import type { V1Socket } from "./v1_socket.ts";
import { whyNot } from "./v1_topic.ts";

const retryMs = 1_000;
const askMs = 5_000;

export class V1Chain implements StreamListener, Disposable {
  readonly name: string;
  readonly news: V1News;
  readonly #state: ServerState;
  readonly #streams: SubscriptionService;
  readonly #sockets = new Set<V1Socket>();
  #leave: (() => void) | null = null;
  #retry: Timer | null = null;
  /** Its sockets know that there are no blocks at this moment. */
  #toldWhy = false;
  #disposed = false;
  /** The newest result that became a frame: the sockets that hear it one after the other share it. */
  #lastResult = "";
  #lastFrame: Uint8Array | null = null;
  #lastType = "";

  constructor(name: string, state: ServerState, streams: SubscriptionService) {
    this.name = name;
    this.#state = state;
    this.#streams = streams;
    this.news = new V1News({
      clock: state.deps.clock,
      chain: name,
      ask: (hash, full, answered) => {
        const route = state.router.route(name);
        if (route === undefined) return answered({ kind: "failed", why: "the chain is no longer served" });
        askBlock(route, { kind: "hash", hash }, { timeoutMs: askMs, full }, answered);
      },
    });
    this.#listen();
  }

  get sockets(): ReadonlySet<V1Socket> {
    return this.#sockets;
  }

  get onGap(): OnGap {
    return this.#state.router.route(this.name)?.chain.settings.subscriptions.onGap ?? "close";
  }

  join(socket: V1Socket, include: Include): void {
    this.#sockets.add(socket);
    this.news.join(socket, include);
  }

  leave(socket: V1Socket, include: Include): void {
    this.news.leave(socket, include);
    this.#sockets.delete(socket);
  }

  heard(result: string): void {
    this.news.block(result);
  }

  missed({ from, to }: { readonly from: number; readonly to: number }): void {
    this.news.gap(from, to);
  }

  listen(
    params: string,
    listener: StreamListener,
    answered: (refused: Outcome | null) => void,
  ): () => void {
    return this.#streams.listen(this.name, params, listener, answered);
  }

  frameOf(type: string, result: string): Uint8Array {
    if (this.#lastFrame === null || this.#lastResult !== result || this.#lastType !== type) {
      this.#lastResult = result;
      this.#lastType = type;
      this.#lastFrame = newsFrame(this.name, type, result);
    }
    return this.#lastFrame;
  }

  /** `fields`: of an event of the hub. */
  tellProvider(fields: Readonly<Record<string, unknown>>): void {
    const { event: _event, ...data } = fields;
    const frame = newsFrame(this.name, "provider", textToWire(JSON.stringify(data)));
    for (const socket of [...this.#sockets]) socket.tellProvider(frame);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#retry?.cancel();
    this.#leave?.();
    this.news[Symbol.dispose]();
  }

  #listen(): void {
    this.#retry = null;
    // Its sockets are about to be closed.
    if (this.#state.router.route(this.name) === undefined) return;
    this.#leave = this.#streams.listen(this.name, '["newHeads"]', this, (refused) => {
      if (this.#disposed) return;
      if (refused === null) {
        this.#toldWhy = false;
        return;
      }
      if (!this.#toldWhy) {
        this.#toldWhy = true;
        const why = `No blocks at this moment: ${whyNot(refused)}`;
        for (const socket of [...this.#sockets]) socket.tellError(why);
      }
      this.#retry = this.#state.deps.clock.after(retryMs, () => this.#listen());
    });
  }
}
