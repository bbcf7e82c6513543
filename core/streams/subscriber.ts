// What the ingress and the streams are to each other: a client's socket as the streams see it, and a client's
// subscriptions as the ingress sees them. Interfaces only.

import type { Outcome } from "../routing/outcome.ts";
import type { Router } from "../routing/router.ts";
import type { OnGap } from "../settings.ts";
import type { Gap } from "./fanout.ts";
import type { StreamReport } from "./stream_report.ts";

/** A notification, made once for all sockets that share its subscription id. */
export interface SharedMessage {
  /** The whole JSON-RPC notification as wire text. */
  readonly text: string;
  /** Belongs to the server: the bytes of its frame, made by the first socket that sends it. */
  frame: Uint8Array | null;
}

export interface SubscriberSocket {
  /** What this client asked for with `?gaps=`; null: the chain's setting holds. */
  readonly gaps: OnGap | null;
  /** Bytes that wait for this client, to be shown. Default: not known. */
  readonly queuedBytes?: number;
  /** Never throws and never waits: what a slow client can't take is the socket's business. */
  deliver(message: SharedMessage): void;
  /** Ends the socket with a close code (RFC 6455 section 7.4) and a reason of at most 123 bytes. */
  close(code: number, reason: string): void;
}

/** One who listens within Lasso: hears what notifications would carry. Never throws, never waits. */
export interface StreamListener {
  /** `result`: wire text. `removed`: a log was taken back. The same string for all who hear it. */
  heard(result: string): void;
  missed(gap: Gap): void;
}

/** What a scrape shows of one chain. */
export interface StreamFigures {
  readonly chain: string;
  readonly streams: number;
  readonly clients: number;
  readonly filters: number;
  readonly gaps: number;
  readonly failovers: number;
}

/** All that one socket has subscribed to on one chain. */
export interface ClientSubscriptions {
  readonly count: number;
  /**
   * eth_subscribe: `params` as the client spelt them. `answered` is called once, perhaps before this returns; the first
   * event is delivered after it returned.
   */
  subscribe(params: string | undefined, answered: (outcome: Outcome) => void): void;
  /** eth_unsubscribe: the outcome is `true` or `false`, or a refusal for params that can't be read. */
  unsubscribe(params: string | undefined): Outcome;
  /** The socket is gone: everything that it had is removed, also what is not acknowledged yet. */
  dispose(): void;
}

/** The streams of one chain, to the ingress. They live through reloads. */
export interface SubscriptionService extends Disposable {
  /** Serves this router from now on: at the start, and after each reload. */
  bind(router: Router): void;
  /** How many subscriptions a socket may have is the ingress's business. */
  client(chain: string, socket: SubscriberSocket): ClientSubscriptions;
  /**
   * Listens to the stream of these params of eth_subscribe. `answered` is called once, perhaps before this returns:
   * null, and events come from then on; or why not. Gives the function that ends it, whatever has come by then.
   * A chain that is no longer served says nothing more.
   */
  listen(
    chain: string,
    params: string,
    listener: StreamListener,
    answered: (refused: Outcome | null) => void,
  ): () => void;
  /** Of every chain that has streams. Default: not known. */
  figures?(): Iterable<StreamFigures>;
  /** Streams as they stand, to be shown. Default: not known. */
  reports?(): StreamReport[];
}
