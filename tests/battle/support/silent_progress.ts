// A progress that shows nothing, for runs that nobody watches.

import type { Progress } from "../../../battle/run/progress.ts";

export const silentProgress: Progress = {
  begin: () => {},
  phase: () => {},
  state: () => {},
  fault: () => {},
  event: () => {},
  end: () => {},
};
