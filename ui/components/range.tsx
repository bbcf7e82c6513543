// The one switch of the time that all charts of the page show. Kept in the address.

import type { JSX } from "preact";
import { ranges, usualRange } from "../models/range.ts";
import { range } from "../models/timeline.ts";
import { Choice } from "./choice.tsx";

export function RangeSwitch(): JSX.Element {
  return (
    <Choice
      name="range"
      label="Time that the charts show"
      options={ranges}
      chosen={range.value.id}
      usual={usualRange.id}
    />
  );
}
