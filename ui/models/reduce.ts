// What the page knows of the router, and how a message of the feed changes it. Pure: the same messages give the same
// world, so recorded feeds test it. What did not change stays the same object, so that a row that shows it is not drawn
// again.

import type {
  FeedAlert,
  FeedBlock,
  FeedChain,
  FeedEventMessage,
  FeedMessage,
  FeedProvider,
  FeedSnapshot,
  FeedStats,
  FeedTransport,
  ProviderState,
  RoutingEvent,
  StateEvent,
} from "../../core/server/feed_model.ts";

/** Rows kept of each live list. */
export const maxRows = 100;
const maxBlocks = 20;
/** Seconds of figures kept for spark lines. */
const maxPoints = 60;

/** A routing event with a number of its own: rows need a key that does not move. */
export interface RoutingRow extends RoutingEvent {
  readonly row: number;
}

export interface StateRow extends StateEvent {
  readonly row: number;
}

/** The last minute of a chain, a value per second, oldest first. */
export interface Trail {
  readonly rps: readonly number[];
  readonly p50: readonly (number | null)[];
  readonly success: readonly (number | null)[];
}

export interface World {
  readonly snapshot: FeedSnapshot;
  /** Epoch ms, by the router's clock, of the newest message. */
  readonly at: number;
  /** Newest first. */
  readonly routing: readonly RoutingRow[];
  readonly events: readonly StateRow[];
  readonly trails: Readonly<Record<string, Trail>>;
  /** Routing events that the router left out, since the snapshot. */
  readonly dropped: number;
  readonly rows: number;
}

/** null stays null until the first snapshot. */
export function reduce(world: World | null, message: FeedMessage): World | null {
  if (message.type === "snapshot") return fromSnapshot(message.data, message.at, world);
  if (message.type === "error" || world === null) return world;
  return batch(world, message.events, message.dropped);
}

function fromSnapshot(data: FeedSnapshot, at: number, before: World | null): World {
  let rows = before?.rows ?? 0;
  const newestFirst = <E extends FeedEventMessage>(events: readonly E[]): (E & { row: number })[] =>
    events.map((event) => ({ ...event, row: ++rows })).reverse();
  const routing = newestFirst(data.recent.routing);
  const events = newestFirst(data.recent.events);
  return {
    snapshot: data,
    at,
    routing,
    events,
    trails: trailsOf(before?.trails ?? {}, data.chains),
    dropped: 0,
    rows,
  };
}

function batch(world: World, messages: readonly FeedEventMessage[], dropped: number): World {
  let { snapshot, at, rows, trails } = world;
  const routing: RoutingRow[] = [];
  const events: StateRow[] = [];
  for (const message of messages) {
    if (message.at > at) at = message.at;
    if (message.topic === "routing") {
      routing.push({ ...message, row: ++rows });
      continue;
    }
    const stats = statsOf(message);
    if (stats !== null) {
      snapshot = withStats(snapshot, stats);
      trails = trailsOf(trails, stats.chains);
      continue;
    }
    snapshot = applied(snapshot, message);
    events.push({ ...message, row: ++rows });
  }
  return {
    snapshot,
    at,
    routing: ahead(routing, world.routing),
    events: ahead(events, world.events),
    trails,
    dropped: world.dropped + dropped,
    rows,
  };
}

/** The new ones first, the newest of them foremost. */
function ahead<Row>(fresh: Row[], before: readonly Row[]): readonly Row[] {
  if (fresh.length === 0) return before;
  return [...fresh.reverse(), ...before].slice(0, maxRows);
}

function statsOf(message: StateEvent): FeedStats | null {
  return message.topic === "system" && message.event === "stats" ? message["stats"] as FeedStats : null;
}

/** A listener of one chain hears of that one only: the others stay. */
function withStats(snapshot: FeedSnapshot, stats: FeedStats): FeedSnapshot {
  return { ...snapshot, ...stats };
}

function trailsOf(
  before: Readonly<Record<string, Trail>>,
  chains: readonly FeedChain[],
): Readonly<Record<string, Trail>> {
  const next: Record<string, Trail> = {};
  for (const chain of chains) {
    const trail = before[chain.name];
    next[chain.name] = {
      rps: added(trail?.rps, chain.rps10),
      p50: added(trail?.p50, chain.minute.p50),
      success: added(trail?.success, chain.minute.success),
    };
  }
  return next;
}

function added<Value>(before: readonly Value[] | undefined, value: Value): readonly Value[] {
  return before === undefined ? [value] : [...before.slice(-(maxPoints - 1)), value];
}

/** What an event changes at once, before the next second's figures say so too. */
function applied(snapshot: FeedSnapshot, event: StateEvent): FeedSnapshot {
  const { topic, chain } = event;
  if (topic === "config") return reloaded(snapshot, event);
  if (topic === "alert") return alerted(snapshot, event);
  if (chain === undefined) return snapshot;
  if (topic === "head") return risen(snapshot, chain, event);
  if (topic === "breaker") {
    const breaker = event["state"];
    if (!isBreaker(breaker)) return snapshot;
    return inTransport(snapshot, chain, event, (transport) => ({ ...transport, breaker }));
  }
  if (topic === "provider" && event.event === "provider.state") return moved(snapshot, chain, event);
  return snapshot;
}

function reloaded(snapshot: FeedSnapshot, event: StateEvent): FeedSnapshot {
  const { result, message } = event;
  if (event.event !== "config.reload" || (result !== "ok" && result !== "failed")) return snapshot;
  const reloads = [...snapshot.reloads, { at: event.at, result, message: String(message) } as const];
  const config_version = snapshot.config_version + (result === "ok" ? 1 : 0);
  return { ...snapshot, reloads: reloads.slice(-50), config_version };
}

function alerted(snapshot: FeedSnapshot, event: StateEvent): FeedSnapshot {
  const rule = String(event["rule"]);
  const chain = event.chain ?? null;
  const provider = typeof event["provider"] === "string" ? event["provider"] : null;
  const others = snapshot.alerts.filter((one) =>
    one.rule !== rule || one.chain !== chain || one.provider !== provider
  );
  if (event.event !== "alert.firing") return { ...snapshot, alerts: others };
  const value = typeof event["value"] === "number" ? event["value"] : null;
  const since = typeof event["since"] === "string" ? Date.parse(event["since"]) : event.at;
  const alert: FeedAlert = { rule, chain, provider, value, since };
  return { ...snapshot, alerts: [...others, alert] };
}

function risen(snapshot: FeedSnapshot, name: string, event: StateEvent): FeedSnapshot {
  const number = event["block"];
  if (typeof number !== "number") return snapshot;
  const block: FeedBlock = {
    number,
    hash: typeof event["hash"] === "string" ? event["hash"] : null,
    at: event.at,
    provider: typeof event["provider"] === "string" ? event["provider"] : null,
  };
  const known = snapshot.blocks[name] ?? [];
  const blocks = { ...snapshot.blocks, [name]: [block, ...known].slice(0, maxBlocks) };
  const chains = snapshot.chains.map((chain) =>
    chain.name === name && (chain.head === null || number > chain.head)
      ? { ...chain, head: number, head_at: event.at }
      : chain
  );
  return { ...snapshot, blocks, chains };
}

function moved(snapshot: FeedSnapshot, chain: string, event: StateEvent): FeedSnapshot {
  const { state, provider } = event;
  if (!isState(state)) return snapshot;
  const reason = typeof event["reason"] === "string" ? event["reason"] : null;
  const since = typeof event["since"] === "number" ? event["since"] : event.at;
  if (typeof event["transport"] === "string") {
    return inTransport(snapshot, chain, event, (transport) => ({ ...transport, state, reason, since }));
  }
  return inProvider(snapshot, chain, provider, (one) => ({ ...one, state, reason, since }));
}

function inProvider(
  snapshot: FeedSnapshot,
  chain: string,
  provider: unknown,
  change: (provider: FeedProvider) => FeedProvider,
): FeedSnapshot {
  const chains = snapshot.chains.map((one) =>
    one.name !== chain
      ? one
      : { ...one, providers: one.providers.map((each) => each.id === provider ? change(each) : each) }
  );
  return { ...snapshot, chains };
}

function inTransport(
  snapshot: FeedSnapshot,
  chain: string,
  event: StateEvent,
  change: (transport: FeedTransport) => FeedTransport,
): FeedSnapshot {
  return inProvider(snapshot, chain, event["provider"], (provider) => ({
    ...provider,
    transports: provider.transports.map((one) => one.transport === event["transport"] ? change(one) : one),
  }));
}

const states: readonly unknown[] = ["up", "lagging", "limited", "probing", "open", "off", "unknown"];

function isState(value: unknown): value is ProviderState {
  return states.includes(value);
}

function isBreaker(value: unknown): value is FeedTransport["breaker"] {
  return value === "closed" || value === "open" || value === "half_open";
}
