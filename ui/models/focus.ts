// The chain that a tab is about where it can be about one only: the one in view, or else the first that is in use.

import { computed, type ReadonlySignal } from "@preact/signals";
import { chains } from "./store.ts";
import { chainInView } from "./view.ts";

/** null: there is no chain. */
export const focusedChain: ReadonlySignal<string | null> = computed(() => {
  if (chainInView.value !== null) return chainInView.value;
  const all = chains.value;
  return (all.find(({ awake }) => awake) ?? all[0])?.name ?? null;
});
