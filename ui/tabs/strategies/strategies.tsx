// Strategies: which is in force and the switch, what each would have given beside what was measured, and how it went
// over time.

import type { JSX } from "preact";
import { Comparison } from "./comparison.tsx";
import { Served } from "./served.tsx";
import { Switch } from "./switch.tsx";

export function Strategies(): JSX.Element {
  return (
    <>
      <Switch />
      <Comparison />
      <Served />
    </>
  );
}
