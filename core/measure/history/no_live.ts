// Live figures of a router that measures nothing: for tests of what reads them.

import type { LiveFigures } from "./model.ts";

export const noLive: LiveFigures = { chain: () => null };
