// What the browser tests share: a case over the stand, how a page is compared with the API, and the questions that
// several of them ask of a page.

import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
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

export interface Agreement<Told> {
  /** Asks the API. */
  ask(): Promise<Told>;
  /** What the page should show of that. */
  expected(told: Told): unknown;
  /** What it shows. */
  shown(): Promise<unknown>;
}

/**
 * Waits until the page shows what the API tells. The world goes on meanwhile: what counts is a look between two answers
 * that are the same. Gives the answer.
 */
export async function agree<Told>(
  what: string,
  { ask, expected, shown }: Agreement<Told>,
  deadlineMs = 20_000,
): Promise<Told> {
  return await until(what, async () => {
    const before = expected(await ask());
    const seen = await shown();
    const told = await ask();
    assert.deepEqual(expected(told), before, "the world moved on meanwhile");
    assert.deepEqual(seen, before);
    return told;
  }, deadlineMs);
}

export type Cells = Readonly<Record<string, string>>;

/** The cells of a table by their heads. Throws where there is no such table. */
export async function rowsOf(page: Page, caption: string): Promise<readonly Cells[]> {
  return await inPage(
    page,
    `(() => {
      const table = [...document.querySelectorAll("main table")]
        .find((one) => one.caption?.textContent.startsWith(${JSON.stringify(caption)}));
      if (table === undefined) throw new Error("there is no table " + ${JSON.stringify(caption)});
      return [...table.tBodies[0].rows].map((row) => Object.fromEntries(
        [...row.cells].map((one) => [one.dataset.label, one.textContent.replace(/\\s+/g, " ").trim()])));
    })()`,
  );
}

/** Only these of the cells. */
export function only(rows: readonly Cells[], ...heads: readonly string[]): readonly Cells[] {
  return rows.map((row) => Object.fromEntries(heads.map((head) => [head, row[head] ?? ""])));
}

/** A part of a tab, by its heading. */
export function panelOf(page: Page, title: string): Locator {
  return page.locator(`[aria-labelledby="panel-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}"]`);
}

/** The texts of all that the selector finds, white space made one. */
export async function textsOf(page: Page, selector: string): Promise<readonly string[]> {
  return await inPage(
    page,
    `[...document.querySelectorAll(${JSON.stringify(selector)})]
      .map((one) => one.textContent.replace(/\\s+/g, " ").trim())`,
  );
}

export async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.locator(selector).first().innerText()).replace(/\s+/g, " ");
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
