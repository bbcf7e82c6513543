// The names that lines and shares may have, in an order that does not change with the figures: what goes by a name has
// the same colour all over the page.

import { chains, snapshot } from "./store.ts";
import type { SplitBy } from "./history.ts";

/** `chain` null or absent: of all of them. Empty where names are not known beforehand. */
export function namesOf(by: SplitBy | undefined, chain?: string | null): readonly string[] {
  switch (by) {
    case "chain":
      return chains.value.map(({ name }) => name);
    case "strategy":
      return snapshot.value?.strategies ?? [];
    case "transport":
      return ["http", "ws"];
    case "provider": {
      const own = chains.value.filter(({ name }) => chain === null || chain === undefined || name === chain);
      return [...new Set(own.flatMap(({ providers }) => providers.map(({ id }) => id)))].sort();
    }
    case "method":
    case undefined:
      return [];
  }
}
