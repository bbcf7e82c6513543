// Each tab draws, and says what the API says.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inPage, type PageStand } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { looking, type PageCase, settled, tabPaths } from "./page_case.ts";

interface ApiProvider {
  readonly chain: string;
  readonly id: string;
  readonly state: string;
  readonly transports: readonly {
    readonly transport: string;
    readonly state: string;
    readonly breaker: string;
  }[];
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

const stage: PageCase = {
  name: "Live test shows each provider's state and breakers as the API tells them",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      await until("the page and the API say the same", async () => {
        const told = await stand.api<readonly ApiProvider[]>("/api/providers");
        const shown = await stageStates(page);
        assert.deepEqual(
          shown,
          told.map(({ chain, id, state, transports }) => ({
            name: `${id} of ${chain}`,
            state,
            breakers: transports.map(({ transport, breaker }) =>
              `${transport}: ${breaker.replace("_", " ")}`
            ),
          })),
        );
        return true;
      });
    }),
};

const providers: PageCase = {
  name: "Providers has each provider with its state as the API tells it",
  run: (stand) =>
    looking(stand, "/providers", async ({ page }) => {
      await until("the page and the API say the same", async () => {
        const told = await stand.api<readonly ApiProvider[]>("/api/providers");
        const text = (await page.locator("main").innerText()).replace(/\s+/g, " ");
        for (const { id, state } of told) assert.ok(text.includes(id) && text.includes(state), id);
        return true;
      });
    }),
};

const overview: PageCase = {
  name: "Overview has each chain's head and rate as the API tells them",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      await stand.desk.stopTraffic();
      await until("the page and the API say the same", async () => {
        const told = await stand.api<readonly { readonly name: string; readonly head: number | null }[]>(
          "/v1/chains",
        )
          .catch(() => []);
        const text = await page.locator("main").innerText();
        const status = await stand.api<{ chains: readonly { name: string; head: number }[] }>("/status");
        for (const { name, head } of status.chains) {
          assert.ok(text.includes(name), name);
          assert.ok(text.includes(head.toLocaleString("en-US")), `${name} ${head}`);
        }
        return told !== null;
      });
    }),
};

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

export type { PageStand };
