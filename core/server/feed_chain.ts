// One chain as the feed shows it, with its providers and their channels: states, figures, heads, limits. Reads only;
// made each second while somebody listens, so it asks nothing that costs more than a look.

import type { LiveChain, LiveSeries, LiveWindow } from "../measure/history/model.ts";
import type { Channel } from "../providers/channel.ts";
import { overrideWords } from "../providers/override_words.ts";
import type { Provider } from "../providers/provider.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { StreamFigures } from "../streams/subscriber.ts";
import type { FeedChain, FeedProvider, FeedTransport } from "./feed_model.ts";
import type { ServerState } from "./state.ts";

const emptyWindow: LiveWindow = { n: 0, failed: 0, success: null, rps: 0, p50: null, p95: null, p99: null };
const emptySeries: LiveSeries = { rps10: 0, minute: emptyWindow, fiveMinutes: emptyWindow, errors: {} };

export function feedChain(
  on: ChainRoute,
  state: ServerState,
  figures: StreamFigures | undefined,
): FeedChain {
  const { chain } = on;
  const { name, settings } = chain;
  const live = state.deps.live.chain(name);
  return {
    ...seriesOf(live),
    name,
    chain_id: settings.chainId,
    aliases: settings.aliases,
    state: chain.ready(),
    awake: chain.awake,
    strategy: on.strategyOverride ?? settings.strategy,
    strategy_overridden: on.strategyOverride !== null,
    drained: on.drained,
    head: chain.head,
    head_at: state.heads.last(name)?.at ?? null,
    block_time_ms: rounded(chain.blockTimeMs),
    success_hour: live?.successHour ?? null,
    streams: figures?.streams ?? 0,
    stream_clients: figures?.clients ?? 0,
    providers: chain.providers.map((provider) => feedProvider(on, provider, state, live)),
  };
}

function feedProvider(
  on: ChainRoute,
  provider: Provider,
  state: ServerState,
  live: LiveChain | null,
): FeedProvider {
  const { name } = on.chain;
  const { id, settings, budget, channels } = provider;
  const { state: word, reason, since } = state.states.lookAtProvider(name, provider);
  const first = channels[0];
  return {
    id,
    type: settings.type,
    group: settings.group,
    state: word,
    reason,
    since,
    head: provider.head,
    lag_blocks: first?.candidate.lagBlocks ?? null,
    rate_limit: settings.rateLimit === null ? null : {
      used: Math.round(budget.used),
      max: Math.round(budget.max),
      per_ms: rounded(budget.max * settings.rateLimit.perMs / settings.rateLimit.count),
    },
    quota: first === undefined ? null : on.view.quota(first.candidate),
    override: overrideWords(provider),
    transports: channels.map((channel) => feedTransport(name, channel, state, live)),
  };
}

function feedTransport(
  chain: string,
  channel: Channel,
  state: ServerState,
  live: LiveChain | null,
): FeedTransport {
  const { candidate, protocol } = channel;
  const { state: word, reason, since } = state.states.look(chain, channel);
  const own = live?.channels.find(({ provider, transport }) =>
    provider === candidate.provider && transport === protocol
  );
  return {
    ...seriesOf(own ?? null),
    transport: protocol,
    state: word,
    reason,
    since,
    breaker: candidate.breaker,
    share: own === undefined || own.share === null ? null : Math.round(own.share * 1e6) / 1e6,
    connections: channel.transport.connections,
    in_flight: channel.inFlight,
    last_failure: channel.lastFailure,
  };
}

/** Only the figures: what carries them may have more. */
function seriesOf(from: LiveSeries | null): LiveSeries {
  if (from === null) return emptySeries;
  const { rps10, minute, fiveMinutes, errors } = from;
  return { rps10: rounded(rps10), minute: windowOf(minute), fiveMinutes: windowOf(fiveMinutes), errors };
}

/** To a thousandth (shares to a millionth): more says nothing and makes each second's message longer. */
function windowOf({ n, failed, success, rps, p50, p95, p99 }: LiveWindow): LiveWindow {
  return {
    n,
    failed,
    success: success === null ? null : Math.round(success * 1e6) / 1e6,
    rps: rounded(rps),
    p50: roundedOrNull(p50),
    p95: roundedOrNull(p95),
    p99: roundedOrNull(p99),
  };
}

function roundedOrNull(value: number | null): number | null {
  return value === null ? null : rounded(value);
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
