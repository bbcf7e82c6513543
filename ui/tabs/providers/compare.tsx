// How the providers of one chain compare: the matrix by method, and the ranking. With all chains in view it is the
// opened provider's or the busiest one, unless another is chosen.

import type { JSX } from "preact";
import type { FeedChain } from "../../../core/server/feed_model.ts";
import type { Picked } from "../../models/provider_rows.ts";
import { shownChains } from "../../models/store.ts";
import { param } from "../../models/view.ts";
import { Matrix } from "./matrix.tsx";
import { Ranking } from "./ranking.tsx";

export function Compare({ picked }: { readonly picked: Picked | null }): JSX.Element | null {
  const chosen = shownChains.value.find(({ name }) => name === param("of")) ??
    picked?.chain ?? busiest(shownChains.value);
  if (chosen === null) return null;
  return (
    <>
      <Matrix chain={chosen.name} />
      <Ranking chain={chosen.name} />
    </>
  );
}

/** By names where nobody calls, so that it stays the same. */
function busiest(chains: readonly FeedChain[]): FeedChain | null {
  return chains.reduce<FeedChain | null>(
    (most, one) => most === null || one.fiveMinutes.n > most.fiveMinutes.n * 1.5 ? one : most,
    null,
  );
}
