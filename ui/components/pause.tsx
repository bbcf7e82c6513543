// Stops the live lists, so that a line can be read. The figures go on.

import type { JSX } from "preact";
import { paused, togglePause } from "../models/store.ts";

export function Pause(): JSX.Element {
  return (
    <button type="button" class="quiet" aria-pressed={paused.value} onClick={togglePause}>
      {paused.value ? "paused (p)" : "pause (p)"}
    </button>
  );
}
