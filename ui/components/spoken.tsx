// The one polite live region: says changes of a provider's or the system's state, at most one sentence every few
// seconds. Also keeps the page's title in step.

import { computed, effect, signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { problemsOf, stateWord } from "../models/problems.ts";
import { events, link, now, snapshot } from "../models/store.ts";

const said = signal("");
const quietMs = 3_000;

const title = computed(() => {
  if (link.value.state === "stale") return "stale – Lasso";
  const data = snapshot.value;
  if (data === null) return "Lasso";
  const problems = problemsOf(data, now.value);
  const word = stateWord(data, problems);
  return word === "well" ? "well – Lasso" : `${word} (${problems.length}) – Lasso`;
});

export function Spoken(): JSX.Element {
  useEffect(() => effect(() => void (document.title = title.value)), []);
  useEffect(() => {
    let saidAt = 0;
    return effect(() => {
      const newest = events.value.find(({ event }) => event === "provider.state");
      if (newest === undefined || performance.now() - saidAt < quietMs) return;
      saidAt = performance.now();
      said.value = `${String(newest["provider"])} of ${newest.chain ?? ""} is ${String(newest["state"])}`;
    });
  }, []);
  return <p class="hidden" role="status" aria-live="polite">{said}</p>;
}
