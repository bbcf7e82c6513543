// A question to the API that a part of the page shows: asked when the part appears and when its path changes, again at
// its interval while the page is seen, cut off when the part goes. What was known stays while it is asked again.

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { type ApiProblem, ask, type Window } from "./api.ts";

export interface Asked<Data> {
  /** null: nothing was answered yet. */
  readonly data: Data | null;
  readonly window: Window | null;
  readonly n: number | null;
  readonly next: string | null;
  /** Why the newest answer is none; null: it is one. */
  readonly problem: ApiProblem | null;
  /** Epoch ms of the newest answer. */
  readonly at: number | null;
}

const nothing: Asked<never> = { data: null, window: null, n: null, next: null, problem: null, at: null };

/** `path` null: nothing is asked. `everyMs` 0: once. When `renew` changes it is asked again, and what is known stays. */
export function useAsked<Data>(
  path: string | null,
  everyMs = 0,
  renew: unknown = null,
): ReadonlySignal<Asked<Data>> {
  const asked = useMemo(() => signal<Asked<Data>>(nothing), []);
  const again = useRef<(() => Promise<void>) | null>(null);
  useEffect(() => {
    asked.value = nothing;
    again.current = null;
    if (path === null) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async (): Promise<void> => {
      if (document.visibilityState === "visible") await load();
      if (everyMs > 0 && !abort.signal.aborted) timer = setTimeout(() => void run(), everyMs);
    };
    const load = async (): Promise<void> => {
      try {
        const result = await ask<Data>(path, abort.signal);
        asked.value = result.ok
          ? {
            data: result.data,
            window: result.window,
            n: result.n,
            next: result.next,
            problem: null,
            at: Date.now(),
          }
          : { ...asked.peek(), problem: result.problem };
      } catch {
        return; // The part is gone.
      }
    };
    void run().then(() => again.current = load);
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [path, everyMs]);
  useEffect(() => void again.current?.(), [renew]);
  return asked;
}
