// Ways through the page: links that open the same view elsewhere, back, and the keyboard alone.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inPage } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { looking, type PageCase, settled } from "./page_case.ts";

const path = (page: Page): string => {
  const { pathname, search } = new URL(page.url());
  return pathname + search;
};

const links: PageCase = {
  name: "a link opens the same view, and back leads back",
  run: (stand) =>
    looking(stand, "/live-test?chain=base", async ({ page }) => {
      const current = page.locator('nav a[aria-current="page"]');
      assert.equal(await current.innerText(), "Live test");
      assert.equal(await page.locator(".chain-picker select").inputValue(), "base");
      assert.equal(await page.locator('.stage > [aria-label$="of ethereum"]').count(), 0);
      assert.equal(await page.locator('.stage > [aria-label$="of base"]').count(), 3);
      await page.getByRole("link", { name: "Providers", exact: true }).click();
      assert.equal(path(page), "/providers?chain=base");
      await page.locator(".chain-picker select").selectOption("");
      assert.equal(path(page), "/providers");
      await page.goBack();
      assert.equal(path(page), "/providers?chain=base");
      await page.goBack();
      assert.equal(path(page), "/live-test?chain=base");
      assert.equal(await current.innerText(), "Live test");
      await page.reload();
      await page.locator(".stage > li").first().waitFor();
      assert.equal(await page.locator('.stage > [aria-label$="of ethereum"]').count(), 0);
    }),
};

const unknown: PageCase = {
  name: "an address that names no tab is not found, and no other page is shown for it",
  run: async (stand) => {
    const response = await fetch(`${stand.url}/melons`, { headers: { accept: "text/html" } });
    await response.body?.cancel();
    assert.equal(response.status, 404);
  },
};

const keyboard: PageCase = {
  name: "the keyboard alone: search, rows, Enter, Esc, pause, help",
  run: (stand) =>
    looking(stand, "/", async ({ page }) => {
      const press = (key: string): Promise<void> => page.keyboard.press(key);
      await settled(page);
      await press("?");
      await page.getByRole("dialog").getByText("next and previous row").waitFor();
      await press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      await press("/");
      assert.equal(await inPage(page, "document.activeElement.type"), "search");
      await page.keyboard.type("eth_call");
      await until("it is in the address", () => path(page) === "/?q=eth_call");
      await press("Escape");
      await until("it is gone from the address", () => path(page) === "/");
      await press("p");
      await page.getByRole("button", { name: "paused (p)" }).first().waitFor();
      await press("p");
      await press("j");
      assert.equal(await inPage(page, "document.activeElement.hasAttribute('data-row')"), true);
      const name = await inPage<string>(page, "document.activeElement.innerText.trim().split(/\\s/)[0]");
      await press("j");
      await press("k");
      assert.equal(await inPage(page, "document.activeElement.innerText.trim().split(/\\s/)[0]"), name);
      await press("Enter");
      await until("the row is open", () => path(page) === `/providers?chain=${name}`);
    }),
};

const tabbing: PageCase = {
  name: "the keyboard alone: the first stop skips to the content, and a provider is drained and enabled",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      await page.keyboard.press("Tab");
      assert.equal(await inPage(page, "document.activeElement.textContent"), "Skip to the content");
      await page.keyboard.press("Enter");
      assert.equal(await inPage(page, "document.activeElement.id"), "main");
      const name = "Drain shaky of base";
      await until("the button is reached", async () => {
        await page.keyboard.press("Tab");
        return await inPage<string | null>(page, "document.activeElement.getAttribute('aria-label')") ===
          name;
      });
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Enable shaky of base" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name }).waitFor();
    }),
};

export function wayCases(): readonly PageCase[] {
  return [links, unknown, keyboard, tabbing];
}
