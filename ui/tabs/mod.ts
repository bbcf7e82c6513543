// The parts of the page, by tab.

import type { ComponentType } from "preact";
import type { Tab } from "../models/tabs.ts";
import { Overview } from "./overview/overview.tsx";

export const tabParts: Readonly<Partial<Record<Tab, ComponentType>>> = {
  overview: Overview,
};
