// Providers: who hurts, and why; the one that was picked in full; then how they compare, by method and over time.

import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { pickedOf } from "../../models/provider_rows.ts";
import { shownChains } from "../../models/store.ts";
import { param } from "../../models/view.ts";
import { BreakerHistory } from "./breaker_history.tsx";
import { closeDetail } from "./close_detail.ts";
import { Compare } from "./compare.tsx";
import { Detail } from "./detail.tsx";
import { ProviderList } from "./provider_list.tsx";

export function Providers(): JSX.Element {
  const id = param("provider");
  const picked = id === "" ? null : pickedOf(shownChains.value, id, param("on"));
  const isOpen = picked !== null;
  useEffect(() => {
    if (!isOpen) return;
    const close = (event: KeyboardEvent): void => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeDetail();
    };
    document.addEventListener("keydown", close);
    return () => document.removeEventListener("keydown", close);
  }, [isOpen]);
  return (
    <>
      <ProviderList picked={picked} />
      {picked !== null && <Detail key={`${picked.chain.name}/${id}`} picked={picked} />}
      {id !== "" && picked === null && (
        <p class="quiet-line panel wide">
          No provider {id} is configured for what is in view.{" "}
          <button type="button" class="quiet" onClick={closeDetail}>Close</button>
        </p>
      )}
      <Compare picked={picked} />
      <BreakerHistory />
    </>
  );
}
