// The time axis that all charts of the page share, and what happened on it: asked once for all of them, moved on at
// the range's pace while at least one chart is on the page and the page is seen.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { ask } from "./api.ts";
import { type Mark, marksOf, markTopics } from "./marks.ts";
import type { PastEvent } from "./past_events.ts";
import { type Range, rangeOf } from "./range.ts";
import { now } from "./store.ts";
import { param } from "./view.ts";

export interface Timeline {
  /** Epoch ms by the router's clock. */
  readonly from: number;
  readonly to: number;
}

export const range: ReadonlySignal<Range> = computed(() => rangeOf(param("range")));

const span = signal<Timeline | null>(null);
const known = signal<readonly Mark[]>([]);

/** null: no chart is on the page. */
export const timeline: ReadonlySignal<Timeline | null> = span;
/** Of the timeline, oldest first. */
export const marks: ReadonlySignal<readonly Mark[]> = known;

let users = 0;
let stop: (() => void) | null = null;

/** Keeps the timeline going while the part that calls it is on the page. */
export function useTimeline(): void {
  useEffect(() => {
    if (users++ === 0) stop = start();
    return () => {
      if (--users > 0) return;
      stop?.();
      stop = null;
      span.value = null;
    };
  }, []);
}

function start(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = new AbortController();
  const move = (): void => {
    clearTimeout(timer);
    timer = setTimeout(move, range.peek().everyMs);
    if (document.visibilityState !== "visible") return;
    abort.abort();
    abort = new AbortController();
    const to = Math.max(now.peek(), Date.now() - 1_000);
    const from = to - range.peek().ms;
    span.value = { from, to };
    void loadMarks(from, to, abort.signal);
  };
  const seen = (): void => {
    if (document.visibilityState === "visible") move();
  };
  document.addEventListener("visibilitychange", seen);
  const unfollow = effect(() => {
    void range.value;
    move();
  });
  return () => {
    clearTimeout(timer);
    abort.abort();
    unfollow();
    document.removeEventListener("visibilitychange", seen);
  };
}

async function loadMarks(from: number, to: number, signal: AbortSignal): Promise<void> {
  const query = `since=${Math.floor(from)}&to=${Math.ceil(to)}&topics=${markTopics}&limit=500`;
  try {
    const result = await ask<readonly PastEvent[]>(`/api/events?${query}`, signal);
    if (result.ok) known.value = marksOf(result.data);
  } catch {
    return; // Asked again meanwhile, or nobody looks any more.
  }
}
