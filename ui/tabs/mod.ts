// The parts of the page, by tab.

import type { ComponentType } from "preact";
import type { Tab } from "../models/tabs.ts";
import { Costs } from "./costs/costs.tsx";
import { LiveTest } from "./live_test/live_test.tsx";
import { Battle } from "./battle/battle.tsx";
import { Overview } from "./overview/overview.tsx";
import { Providers } from "./providers/providers.tsx";
import { Racing } from "./racing/racing.tsx";
import { Requests } from "./requests/requests.tsx";
import { Strategies } from "./strategies/strategies.tsx";
import { Streams } from "./streams/streams.tsx";
import { System } from "./system/system.tsx";

export const tabParts: Readonly<Partial<Record<Tab, ComponentType>>> = {
  overview: Overview,
  providers: Providers,
  racing: Racing,
  requests: Requests,
  streams: Streams,
  battle: Battle,
  system: System,
  strategies: Strategies,
  costs: Costs,
  "live-test": LiveTest,
};
