// In which state each provider and each of its channels is, and since when. States follow from many facts, some of
// which run out in time without a word: they are compared at the end of the turn in which a chain says that something
// changed, and whenever somebody looks. Each change is told at once as `provider.state`. Owned by ServerState.

import type { Clock } from "../clock.ts";
import type { Channel } from "../providers/channel.ts";
import type { Provider } from "../providers/provider.ts";
import { channelState, type ProviderState, providerState } from "../providers/provider_state.ts";
import type { Router } from "../routing/router.ts";
import type { EventHub, FeedEvent, FeedListener } from "./event_hub.ts";

export interface StateSince {
  readonly state: ProviderState;
  readonly reason: string | null;
  /** Epoch ms at which it was seen to be in it first. */
  readonly since: number;
}

/** What is known of one provider or channel. */
interface Seen {
  state: ProviderState;
  since: number;
}

export const stateEvent = "provider.state";

export class StateWatch implements FeedListener {
  readonly notOfCalls = true;
  readonly #clock: Clock;
  readonly #hub: EventHub;
  #router: Router | null = null;
  /** Kept through reloads: by chain, then by provider or channel id. */
  readonly #providers = new Map<string, Map<string, Seen>>();
  readonly #channels = new Map<string, Map<string, Seen>>();
  /** Chains that said that something changed in this turn. */
  readonly #changed = new Set<string>();

  constructor(clock: Clock, hub: EventHub) {
    this.#clock = clock;
    this.#hub = hub;
  }

  /** Watches this router's chains from now on. What is new in it begins in silence. */
  bind(router: Router): void {
    this.#router = router;
    for (const { chain } of router.routes) chain.onChange = () => this.#mark(chain.name);
    this.#forget(router);
    this.lookAtAll();
  }

  heard({ topic, chain, fields }: FeedEvent): void {
    // A connection that comes or goes changes no ranking: only the transport's event tells of it.
    if (chain !== null && topic === "provider" && fields.event !== stateEvent) this.#mark(chain);
  }

  lookAtAll(): void {
    for (const { chain } of this.#router?.routes ?? []) this.#lookAt(chain.name);
  }

  look(chain: string, channel: Channel): StateSince {
    const [state, reason] = channelState(channel, this.#clock.now());
    const place = { provider: channel.provider.id, transport: channel.protocol };
    return { state, reason, since: this.#seen(this.#channels, chain, channel.id, state, reason, place) };
  }

  lookAtProvider(chain: string, provider: Provider): StateSince {
    const [state, reason] = providerState(provider, this.#clock.now());
    const place = { provider: provider.id, transport: null };
    return { state, reason, since: this.#seen(this.#providers, chain, provider.id, state, reason, place) };
  }

  /** It is in the middle of a change: what came of it is looked at when the turn is over. */
  #mark(chain: string): void {
    if (this.#changed.size === 0) queueMicrotask(this.#lookAtChanged);
    this.#changed.add(chain);
  }

  readonly #lookAtChanged = (): void => {
    const chains = [...this.#changed];
    this.#changed.clear();
    for (const chain of chains) this.#lookAt(chain);
  };

  #lookAt(name: string): void {
    for (const provider of this.#router?.route(name)?.chain.providers ?? []) {
      this.lookAtProvider(name, provider);
      for (const channel of provider.channels) this.look(name, channel);
    }
  }

  /** Since when it is in this state; tells of it when that is new. */
  #seen(
    all: Map<string, Map<string, Seen>>,
    chain: string,
    id: string,
    state: ProviderState,
    reason: string | null,
    place: { readonly provider: string; readonly transport: "http" | "ws" | null },
  ): number {
    let ofChain = all.get(chain);
    if (ofChain === undefined) all.set(chain, ofChain = new Map());
    const known = ofChain.get(id);
    if (known?.state === state) return known.since;
    const since = this.#clock.wallNow();
    if (known === undefined) {
      ofChain.set(id, { state, since });
      return since;
    }
    const previous = known.state;
    known.state = state;
    known.since = since;
    this.#hub.emit(stateEvent, { chain, ...place, state, reason, since, previous });
    return since;
  }

  /** A reload may have removed chains, providers and channels. */
  #forget(router: Router): void {
    for (const all of [this.#providers, this.#channels]) {
      for (const [name, known] of all) {
        const chain = router.route(name)?.chain;
        if (chain === undefined) {
          all.delete(name);
          continue;
        }
        const ids = new Set((all === this.#providers ? chain.providers : chain.channels).map(({ id }) => id));
        for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
      }
    }
  }
}
