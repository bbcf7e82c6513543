// The streams of all chains, and what clients have of them. Made once; a reload binds the new router to it, so that
// subscriptions and filters live on. The ingress calls `client`, the pipeline the filter methods.

import type { Router } from "../routing/router.ts";
import type { Outcome } from "../routing/outcome.ts";
import { ChainStreams, type Source } from "./chain_streams.ts";
import { FilterStore } from "./filters.ts";
import type { StreamDeps } from "./stream_env.ts";
import type { StreamReport } from "./stream_report.ts";
import type {
  ClientSubscriptions,
  StreamFigures,
  StreamListener,
  SubscriberSocket,
  SubscriptionService,
} from "./subscriber.ts";
import { readId, readWish } from "./subscription_params.ts";
import type { Membership } from "./fanout.ts";

interface ChainParts {
  readonly streams: ChainStreams;
  readonly filters: FilterStore;
}

export class Streams implements SubscriptionService {
  readonly #deps: StreamDeps;
  readonly #chains = new Map<string, ChainParts>();
  #router: Router | null = null;

  constructor(deps: StreamDeps) {
    this.#deps = deps;
  }

  /** Serves this router from now on; streams of chains that it does not have end. */
  bind(router: Router): void {
    this.#router = router;
    for (const route of router.routes) {
      const { name } = route.chain;
      route.local = {
        serve: (method, params, answered) => this.#of(name).filters.serve(method, params, answered),
      };
      this.#chains.get(name)?.streams.rebind(route);
    }
    for (const [name, { streams, filters }] of this.#chains) {
      if (router.route(name) !== undefined) continue;
      this.#chains.delete(name);
      filters[Symbol.dispose]();
      streams.end(1012, `the chain ${name} is no longer served`);
    }
  }

  client(chain: string, socket: SubscriberSocket): ClientSubscriptions {
    return new Client(this.#of(chain).streams, socket);
  }

  listen(
    chain: string,
    params: string,
    listener: StreamListener,
    answered: (refused: Outcome | null) => void,
  ): () => void {
    const wish = readWish(params);
    if (wish.kind === "bad") {
      answered(invalid(wish.why));
      return () => {};
    }
    const { streams } = this.#of(chain);
    let held: Held | null = null;
    let gone = false;
    const giveUp = streams.open(wish, (source, position) => {
      if (gone) return streams.left(source);
      held = { source, membership: source.fanout.listen(listener, position) };
      answered(null);
    }, (outcome) => {
      if (!gone) answered(outcome);
    });
    return () => {
      if (gone) return;
      gone = true;
      if (held === null) return giveUp();
      held.membership.leave();
      streams.left(held.source);
    };
  }

  *figures(): Iterable<StreamFigures> {
    for (const [chain, { streams, filters }] of this.#chains) {
      const { gaps, failovers } = streams.env.counts;
      yield { chain, ...streams.size, filters: filters.size, gaps, failovers };
    }
  }

  /** Of every chain. */
  reports(): StreamReport[] {
    return [...this.#chains.values()].flatMap(({ streams }) => streams.reports);
  }

  [Symbol.dispose](): void {
    for (const { streams, filters } of this.#chains.values()) {
      filters[Symbol.dispose]();
      streams[Symbol.dispose]();
    }
    this.#chains.clear();
  }

  #of(chain: string): ChainParts {
    const known = this.#chains.get(chain);
    if (known !== undefined) return known;
    const route = this.#router?.route(chain);
    if (route === undefined) throw new Error(`no streams for the chain ${chain}`);
    const streams = new ChainStreams(route, this.#deps);
    const parts = { streams, filters: new FilterStore(streams) };
    this.#chains.set(chain, parts);
    return parts;
  }
}

interface Held {
  readonly source: Source;
  readonly membership: Membership;
}

class Client implements ClientSubscriptions {
  readonly #streams: ChainStreams;
  readonly #socket: SubscriberSocket;
  readonly #held = new Map<string, Held>();
  /** Give up what is not acknowledged yet. */
  readonly #pending = new Set<() => void>();
  #gone = false;

  constructor(streams: ChainStreams, socket: SubscriberSocket) {
    this.#streams = streams;
    this.#socket = socket;
  }

  get count(): number {
    return this.#held.size + this.#pending.size;
  }

  subscribe(params: string | undefined, answered: (outcome: Outcome) => void): void {
    const wish = readWish(params);
    if (wish.kind === "bad") return answered(invalid(`eth_subscribe: ${wish.why}`));
    let over = false;
    let giveUp = (): void => {};
    const settle = (): void => {
      over = true;
      this.#pending.delete(giveUp);
    };
    giveUp = this.#streams.open(wish, (source, position) => {
      settle();
      if (this.#gone) return this.#streams.left(source);
      const membership = source.fanout.join(this.#socket, position);
      this.#held.set(membership.id, { source, membership });
      answered({ kind: "result", result: `"${membership.id}"` });
    }, (outcome) => {
      settle();
      answered(outcome);
    });
    if (!over) this.#pending.add(giveUp);
  }

  unsubscribe(params: string | undefined): Outcome {
    const id = readId(params);
    if (id === null) return invalid("eth_unsubscribe: the parameter must be a subscription's id");
    const held = this.#held.get(id);
    if (held !== undefined) this.#leave(id, held);
    return { kind: "result", result: String(held !== undefined) };
  }

  dispose(): void {
    this.#gone = true;
    for (const giveUp of [...this.#pending]) giveUp();
    this.#pending.clear();
    for (const [id, held] of this.#held) this.#leave(id, held);
  }

  #leave(id: string, { source, membership }: Held): void {
    this.#held.delete(id);
    membership.leave();
    this.#streams.left(source);
  }
}

function invalid(message: string): Outcome {
  return {
    kind: "error",
    error: JSON.stringify({ code: -32602, message }),
    category: "client",
    code: -32602,
  };
}
