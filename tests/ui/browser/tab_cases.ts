// Every tab draws, and Overview, Providers and Live test show what the API tells, with a provider killed.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inPage, type PageStand } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { count, exact } from "../../../ui/format/number.ts";
import { agree, looking, only, type PageCase, rowsOf, settled, tabPaths, textsOf } from "./page_case.ts";

interface ApiProvider {
  readonly chain: string;
  readonly id: string;
  readonly state: string;
  readonly transports: readonly {
    readonly transport: string;
    readonly state: string;
    readonly breaker: string;
    /** null: it was not asked. */
    readonly n: number | null;
  }[];
}

interface ApiChain {
  readonly name: string;
  readonly head: number | null;
}

const providersOf = (stand: PageStand): Promise<readonly ApiProvider[]> => stand.api("/api/providers");

/** base/swift, which most calls go to, refuses connections and is left out. */
async function killSwift(stand: PageStand): Promise<void> {
  await stand.desk.beginFault("base", "swift", { kind: "kill" }, null);
  await until("it is left out", async () => {
    const swift = (await providersOf(stand)).find(({ chain, id }) => chain === "base" && id === "swift");
    return swift?.state === "open";
  });
}

const everyTab: PageCase = {
  name: "every tab draws its panels, without an error, and stands in the address and the title",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      for (const path of await tabPaths(page)) {
        await page.locator(`nav a[href^="${path}"]`).filter({ hasText: /./ }).first().click();
        await settled(page);
        assert.equal(new URL(page.url()).pathname, path);
        assert.ok(await page.locator("main .panel").count() > 0, `${path} has no panel`);
        const failures = await page.locator("main [role=alert]").allInnerTexts();
        assert.deepEqual(failures, [], path);
        assert.match(await page.title(), / – Lasso$/);
      }
    }),
};

const overview: PageCase = {
  name: "Overview has each chain's head and its providers' states as the API tells them, and what is wrong",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      await killSwift(stand);
      const { providers } = await agree("chains and their providers are the API's", {
        ask: async () => ({
          chains: await stand.api<readonly ApiChain[]>("/v1/chains"),
          providers: await providersOf(stand),
        }),
        expected: ({ chains, providers }) =>
          chains.map(({ name, head }) => ({
            chain: name,
            head: exact(head),
            providers: providers.filter(({ chain }) => chain === name).map(({ id, state }) => state + id),
          })),
        shown: () => chainRows(page),
      });
      assert.match(
        providers.find(({ chain, id }) => `${chain} ${id}` === "base swift")!.state,
        /open|probing/,
      );
      await until("it is said in words", async () =>
        (await textsOf(page, ".problems li")).some((text) =>
          /^swift \(base\) fails and is left out/.test(text)
        ));
    }),
};

const providers: PageCase = {
  name: "Providers has each transport's state, breaker and n as the API tells them",
  run: (stand) =>
    looking(stand, "/providers", async ({ page }) => {
      await killSwift(stand);
      await stand.desk.stopTraffic();
      await agree("the rows are the API's", {
        ask: () => providersOf(stand),
        expected: (told) =>
          told.flatMap(({ chain, id, transports }) =>
            transports.map(({ transport, state, breaker, n }) => ({
              Provider: id,
              By: transport,
              Chain: chain,
              State: state,
              Breaker: breaker.replace("_", " "),
              n: count(n ?? 0),
            }))
          ).sort(byText),
        shown: async () =>
          [...only(await rowsOf(page, "Providers"), "Provider", "By", "Chain", "State", "Breaker", "n")]
            .sort(byText),
      });
    }),
};

const stage: PageCase = {
  name: "Live test shows each provider's state and breakers as the API tells them",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      await killSwift(stand);
      await agree("each row is the API's", {
        ask: () => providersOf(stand),
        expected: (told) =>
          told.map(({ chain, id, state, transports }) => ({
            name: `${id} of ${chain}`,
            state,
            breakers: transports.map(({ transport, breaker }) =>
              `${transport}: ${breaker.replace("_", " ")}`
            ),
          })),
        shown: () => stageStates(page),
      });
    }),
};

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

async function chainRows(page: Page): Promise<unknown> {
  return await inPage(
    page,
    `[...document.querySelector('[aria-labelledby="panel-chains"] tbody').rows].map((row) => ({
      chain: row.querySelector('[data-label="Chain"]').textContent,
      head: row.querySelector('[data-label="Head"]').textContent,
      providers: [...row.querySelectorAll(".lags li")].map((one) => one.textContent.replace(/−\\d+$/, "")),
    }))`,
  );
}

async function stageStates(page: Page): Promise<unknown> {
  return await inPage(
    page,
    `[...document.querySelectorAll(".stage > li")].map((row) => ({
      name: row.getAttribute("aria-label"),
      state: row.querySelector(".state").textContent,
      breakers: [...row.querySelectorAll(".breaker")].map((one) =>
        one.textContent.replace(/breaker /, "").split(",")[0]),
    }))`,
  );
}

export function tabCases(): readonly PageCase[] {
  return [everyTab, overview, providers, stage];
}
