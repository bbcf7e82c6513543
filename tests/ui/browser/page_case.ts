// What the browser tests share: a case over the stand, and the questions that several of them ask of a page.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inPage, type PageStand, type WatchedPage } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";

export interface PageCase {
  readonly name: string;
  run(stand: PageStand): Promise<void>;
}

/** Looks, does, and holds the page to what holds for every page: no complaint, nothing from elsewhere. */
export async function looking(
  stand: PageStand,
  path: string,
  use: (watched: WatchedPage) => Promise<void>,
): Promise<void> {
  await using watched = await stand.look(path);
  await use(watched);
  assert.deepEqual(watched.complaints, []);
  assertOwnHost(stand, watched);
}

export function assertOwnHost(stand: PageStand, { requests }: WatchedPage): void {
  const { host } = new URL(stand.url);
  const foreign = requests.filter((url) => !url.startsWith("data:") && new URL(url).host !== host);
  assert.deepEqual(foreign, []);
}

/** The paths of the tabs that the page offers, in their order. */
export async function tabPaths(page: Page): Promise<readonly string[]> {
  return await inPage(page, "[...document.querySelectorAll('nav a')].map((a) => new URL(a.href).pathname)");
}

/** Waits until nothing loads any more. */
export async function settled(page: Page): Promise<void> {
  await until(
    "every part has its answer",
    async () => !(await page.locator("main").innerText()).includes("Loading …"),
  );
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().innerText()).replace(/\s+/g, " ");
}
