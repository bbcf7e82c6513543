// The page's one world, as signals: what the feed says goes through the reducer, at most once a frame and not at all
// while the page is hidden; what each part shows is a computed signal of its own, so that only what changed is drawn.

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { FeedChain, FeedMessage, FeedSnapshot } from "../../core/server/feed_model.ts";
import { mayRead } from "./api.ts";
import { FeedConnection } from "./connection.ts";
import { reduce, type RoutingRow, type StateRow, type Trail, type World } from "./reduce.ts";
import { chainInView } from "./view.ts";

export type Link =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `since`: epoch ms of the last word. */
  | { readonly state: "stale"; readonly since: number; readonly retryAt: number }
  | { readonly state: "refused" };

const world = signal<World | null>(null);
const linkState = signal<Link>({ state: "connecting" });
const pausedRows = signal<Pick<World, "routing" | "events"> | null>(null);

export const link: ReadonlySignal<Link> = linkState;
export const snapshot: ReadonlySignal<FeedSnapshot | null> = computed(() => world.value?.snapshot ?? null);
export const chains: ReadonlySignal<readonly FeedChain[]> = computed(() => snapshot.value?.chains ?? []);
/** The chains that the view is about. */
export const shownChains: ReadonlySignal<readonly FeedChain[]> = computed(() => {
  const name = chainInView.value;
  return name === null ? chains.value : chains.value.filter((chain) => chain.name === name);
});
export const trails: ReadonlySignal<Readonly<Record<string, Trail>>> = computed(() =>
  world.value?.trails ?? {}
);
export const routing: ReadonlySignal<readonly RoutingRow[]> = computed(() =>
  pausedRows.value?.routing ?? world.value?.routing ?? []
);
export const events: ReadonlySignal<readonly StateRow[]> = computed(() =>
  pausedRows.value?.events ?? world.value?.events ?? []
);
export const dropped: ReadonlySignal<number> = computed(() => world.value?.dropped ?? 0);
export const paused: ReadonlySignal<boolean> = computed(() => pausedRows.value !== null);

/** Epoch ms by the router's clock, moved once a second while the page is seen. */
const nowSignal = signal(Date.now());
export const now: ReadonlySignal<number> = nowSignal;

/** The live lists stand still while figures go on. */
export function togglePause(): void {
  const { value } = world;
  pausedRows.value = pausedRows.value === null && value !== null
    ? { routing: value.routing, events: value.events }
    : null;
}

let connection: FeedConnection | null = null;
let waiting: FeedMessage[] = [];
let frame = 0;
/** The router's clock minus ours. */
let skewMs = 0;

/** `first`: the snapshot that came with the page; null: none may be read. Called once by main. */
export function startStore(first: FeedMessage | null, url: string, token: string | null): void {
  if (first !== null) apply([first]);
  connection = new FeedConnection(url, token, {
    message: heard,
    opened: () => {},
    mayRead,
    lost: (retryMs) => {
      const since = world.peek()?.at ?? Date.now();
      linkState.value = retryMs === null
        ? { state: "refused" }
        : { state: "stale", since, retryAt: Date.now() + retryMs };
    },
  });
  connection.open();
  setInterval(tick, 1_000);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      draw();
      tick();
    }
  });
}

export function reconnect(token: string | null): void {
  connection?.reopen(token);
}

function heard(message: FeedMessage): void {
  // What is behind a snapshot says nothing that it does not say.
  if (message.type === "snapshot") waiting = [];
  waiting.push(message);
  if (document.visibilityState !== "visible") {
    if (waiting.length > 200) apply(taken());
    return;
  }
  if (frame === 0) frame = requestAnimationFrame(draw);
}

function draw(): void {
  frame = 0;
  apply(taken());
}

function taken(): FeedMessage[] {
  const messages = waiting;
  waiting = [];
  return messages;
}

function apply(messages: readonly FeedMessage[]): void {
  if (messages.length === 0) return;
  let next = world.peek();
  for (const message of messages) next = reduce(next, message);
  if (next === null) return;
  skewMs = next.at - Date.now();
  const state = next;
  batch(() => {
    world.value = state;
    if (linkState.peek().state !== "live" && messages.some(({ type }) => type === "snapshot")) {
      linkState.value = { state: "live" };
    }
  });
}

function tick(): void {
  if (document.visibilityState === "visible") nowSignal.value = Date.now() + Math.min(skewMs, 0);
}
