// The dashboard in Debian's Chromium, against a live router and simulated providers: one browser and one stand for
// every case, each with a page of its own.

import { PageStand } from "../../support/page_stand.ts";
import { adminCases } from "./admin_cases.ts";
import { callCases } from "./call_cases.ts";
import { controlCases } from "./control_cases.ts";
import { costCases } from "./cost_cases.ts";
import { figureCases } from "./figure_cases.ts";
import { liveCases } from "./live_cases.ts";
import { outlookCases } from "./outlook_cases.ts";
import { recordCases } from "./record_cases.ts";
import { tabCases } from "./tab_cases.ts";
import { wayCases } from "./way_cases.ts";

const cases = [
  ...tabCases(),
  ...callCases(),
  ...figureCases(),
  ...costCases(),
  ...recordCases(),
  ...controlCases(),
  ...adminCases(),
  ...wayCases(),
  ...outlookCases(),
  ...liveCases(),
];

// The whole test is what the sanitizers judge: the world goes on between the cases.
const sanitizers = { sanitizeOps: false, sanitizeResources: false } as const;

Deno.test("dashboard in Chromium", async (t) => {
  await using stand = await PageStand.open();
  for (const { name, run } of cases) {
    await stand.calm();
    await t.step({ name, ...sanitizers, fn: () => run(stand) });
  }
});
