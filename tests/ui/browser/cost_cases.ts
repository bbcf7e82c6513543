// Costs shows what was spent and how far quotas are used up, as the API tells it.

import assert from "node:assert/strict";
import { count, dollars, percent } from "../../../ui/format/number.ts";
import {
  bases,
  type Costs,
  dayRows,
  methodRows,
  providerRows,
  type SpentRow,
} from "../../../ui/models/cost_rows.ts";
import { inPage, type PageStand } from "../../support/page_stand.ts";
import { rpc } from "../../support/rpc_post.ts";
import { until } from "../../support/until.ts";
import { agree, type Cells, looking, only, type PageCase, panelOf, rowsOf, textsOf } from "./page_case.ts";

const costs: PageCase = {
  name: "Costs has what was spent, in all, by provider, method and day, as the API tells it",
  run: async (stand) => {
    const ask = (): Promise<Costs> => stand.api("/api/analytics/costs?from=-24h");
    await until("something was spent", async () => (await ask()).total.usd > 0);
    await stand.desk.stopTraffic();
    await looking(stand, "/costs", async ({ page }) => {
      await panelOf(page, "Spent").waitFor();
      const told = await agree("the sums are the API's", {
        ask,
        expected: (answer) => ({
          totals: [
            dollars(answer.total.usd),
            count(answer.total.units),
            count(answer.total.n),
            dollars(answer.total.usd / answer.total.n * 1000),
          ],
          provider: spentCells("Provider", providerRows(answer)),
          method: spentCells("Method", methodRows(answer)),
          day: spentCells(
            "Day (UTC)",
            dayRows(answer).map((row) => ({ ...row, name: row.name.slice(0, 10) })),
          ),
        }),
        shown: async () => ({
          totals: await textsOf(page, ".totals dd"),
          provider: only(await rowsOf(page, "By provider"), "Provider", "Dollars", "Units", "Attempts"),
          method: only(await rowsOf(page, "By method"), "Method", "Dollars", "Units", "Attempts"),
          day: only(await rowsOf(page, "By day"), "Day (UTC)", "Dollars", "Units", "Attempts"),
        }),
      }, 70_000);
      assert.equal(await inPage(page, "document.querySelectorAll('.quotas li').length"), told.quotas.length);
    });
  },
};

const quotas: PageCase = {
  name: "Costs has each quota and its forecasts as the API tells them, and Overview says that one is used up",
  run: async (stand) => {
    await using router = await stand.another({}, { base: withQuota(stand.chains["base"]!) });
    const { url } = router.server;
    for (let k = 0; k < 10; k++) await rpc(`${url}/rpc/provider/swift/base`, "eth_gasPrice");
    await using watched = await stand.look("/costs", { at: url });
    const { page } = watched;
    const told = await agree("the quotas are the API's", {
      ask: async () => {
        const { data } = await (await fetch(`${url}/api/analytics/costs?from=-24h`)).json();
        return (data as Costs).quotas;
      },
      expected: (told) =>
        told.map(({ provider, chain, used, max, share, forecasts }) => ({
          text: `${provider} ${chain}${count(used)} of ${count(max)} units, ${percent(share)}: used up`,
          forecasts: forecasts.map(({ basis }) => `By ${bases[basis]}`),
        })),
      shown: () =>
        inPage(
          page,
          `[...document.querySelectorAll(".quotas > li")].map((one) => ({
            text: one.querySelector("p").textContent,
            forecasts: [...one.querySelectorAll("li")].map((each) => each.textContent.replace(/ \\(.*/, "")),
          }))`,
        ),
    }, 70_000);
    assert.deepEqual(told.map(({ provider, share }) => `${provider} ${share}`), ["swift 1"]);
    await page.getByRole("link", { name: "Overview", exact: true }).click();
    await until(
      "it is said in words",
      async () =>
        (await textsOf(page, ".problems li")).includes("swift (base) has used 100 % of this month's quota."),
    );
    assert.deepEqual(watched.complaints, []);
  },
};

/** Ten calls of swift's use its quota up. */
function withQuota(chain: PageStand["chains"][string]): unknown {
  return {
    ...chain,
    providers: chain.providers.map((one) =>
      one.cost === undefined ? one : { ...one, cost: { ...one.cost, monthly_quota: 10 * one.cost.per_call } }
    ),
  };
}

function spentCells(head: string, rows: readonly SpentRow[]): readonly Cells[] {
  return rows.map(({ chain, name, usd, units, n }) => ({
    [head]: chain === null ? name : `${name} ${chain}`,
    Dollars: dollars(usd),
    Units: count(units),
    Attempts: count(n),
  }));
}

export function costCases(): readonly PageCase[] {
  return [costs, quotas];
}
