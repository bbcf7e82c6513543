// What every figure is given.

import type { BenchOptions } from "./options.ts";
import type { Stage } from "./stage.ts";

export interface BenchRun {
  readonly stage: Stage;
  readonly options: BenchOptions;
  /** One line about what is going on, for the person who waits. */
  tell(line: string): void;
}
