// How every tab looks: axe finds nothing in light or dark, nothing scrolls sideways at 390 or 1440 px, nothing is
// written smaller than 12 px, and all of it together is small to fetch.

import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { inPage } from "../../support/page_stand.ts";
import { looking, type PageCase, settled, tabPaths } from "./page_case.ts";

const maxTransferBytes = 100 * 1024;

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

async function violations(page: Page): Promise<readonly string[]> {
  const { violations } = await inPage<AxeResult>(page, "axe.run(document, { resultTypes: ['violations'] })");
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map(({ target, failureSummary = "" }) =>
      `${id}: ${help}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`
    )
  );
}

const accessible: PageCase = {
  name: "axe finds no violation on any tab, in light or dark",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      const found: string[] = [];
      await page.evaluate(axe.source);
      for (const path of await tabPaths(page)) {
        await open(page, path);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          for (const text of await violations(page)) found.push(`${path} ${colorScheme}: ${text}`);
        }
      }
      assert.deepEqual(found, []);
    }),
};

const widths: PageCase = {
  name: "no tab scrolls sideways at 390 or 1440 px, and no text is below 12 px",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      const found: string[] = [];
      for (const path of await tabPaths(page)) {
        await open(page, path);
        for (const width of [390, 1440]) {
          await page.setViewportSize({ width, height: 900 });
          const wide = await inPage<number>(page, "document.documentElement.scrollWidth");
          if (wide > width) {
            found.push(`${path} is ${wide} px wide at ${width}: ${await widest(page, width)}`);
          }
        }
        for (const text of await tooSmall(page)) found.push(`${path}: ${text}`);
      }
      assert.deepEqual(found, []);
    }),
};

const transfer: PageCase = {
  name:
    "the page with its script and styles is at most 100 KB to fetch, once; fonts and pictures there are none",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      const files = await inPage<readonly { readonly name: string; readonly bytes: number }[]>(
        page,
        `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
          .filter(({ name, entryType }) => entryType === "navigation" || name.includes("/assets/"))
          .map(({ name, transferSize }) => ({ name: new URL(name).pathname, bytes: transferSize }))`,
      );
      const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
      const parts = files.map((each) => `${each.name} ${each.bytes}`).join(", ");
      console.log(`transfer: ${(bytes / 1024).toFixed(1)} KB (${parts})`);
      assert.ok(bytes > 10_000, "the sizes are known");
      assert.ok(bytes <= maxTransferBytes, `${bytes} bytes: ${parts}`);
    }),
};

/** Follows the tab's link, as the address alone would load the page anew. */
async function open(page: Page, path: string): Promise<void> {
  await page.evaluate(`[...document.querySelectorAll("nav a")]
    .find((a) => new URL(a.href).pathname === ${JSON.stringify(path)}).click()`);
  await settled(page);
}

async function widest(page: Page, width: number): Promise<string> {
  return await inPage(
    page,
    `[...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > ${width} + 1)
      .slice(0, 3).map((one) => one.tagName + "." + one.className).join(", ")`,
  );
}

async function tooSmall(page: Page): Promise<readonly string[]> {
  return await inPage(
    page,
    `[...new Set([...document.querySelectorAll("body *")]
      .filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ""))
      .filter((one) => !["SCRIPT", "STYLE"].includes(one.tagName) && one.getClientRects().length > 0)
      .map((one) => [parseFloat(getComputedStyle(one).fontSize), one.tagName, one.className?.baseVal ?? one.className])
      .filter(([size]) => size < 12)
      .map(([size, tag, name]) => size + " px: " + tag + "." + name))]`,
  );
}

export function outlookCases(): readonly PageCase[] {
  return [accessible, widths, transfer];
}
