// How far back a comparison looks. Kept in the address.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { param } from "../../models/view.ts";

const windows = [{ id: "15m", label: "15 min" }, { id: "1h", label: "1 h" }, { id: "24h", label: "24 h" }];
const usual = "1h";

export function windowInView(): { readonly id: string; readonly label: string } {
  return windows.find(({ id }) => id === param("window")) ?? { id: usual, label: "1 h" };
}

export function WindowChoice(): JSX.Element {
  return (
    <Choice
      name="window"
      label="Time that is compared"
      options={windows}
      chosen={windowInView().id}
      usual={usual}
    />
  );
}
