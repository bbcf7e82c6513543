// The chain that a comparison is of, where several are in view. Kept in the address.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { shownChains } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

const mostChoices = 6;

/** Nothing to choose where one is in view. */
export function ChainChoice({ chain }: { readonly chain: string }): JSX.Element | null {
  if (chainInView.value !== null) return null;
  const awake = shownChains.value.filter((one) => one.awake);
  if (awake.length < 2) return <span class="note">{chain}</span>;
  return (
    <Choice
      name="of"
      label="Chain that is compared"
      options={awake.slice(0, mostChoices).map(({ name }) => ({ id: name, label: name }))}
      chosen={chain}
      usual=""
    />
  );
}
