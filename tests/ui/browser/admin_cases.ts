// Who may act, by the keyboard alone: where a token is configured, it is asked for once, a wrong one is told, what is
// dangerous is confirmed, and the audit log has it all; where one may not act, all of it is disabled with the reason.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { RunningRouter } from "../../../cli/start_router.ts";
import type { AuditRow } from "../../../ui/models/system.ts";
import { inPage, type WatchedPage } from "../../support/page_stand.ts";
import { rpc } from "../../support/rpc_post.ts";
import { until } from "../../support/until.ts";
import { agree, only, type PageCase, panelOf, rowsOf, settled } from "./page_case.ts";

const token = "a-token-of-this-test";
const noToken =
  "No admin token is configured (server.admin_token), and this page was not opened on the router's machine.";

/** A name for this machine that is none of loopback's own: what comes by it is taken for another machine's. */
function elsewhere({ server }: RunningRouter): string {
  return server.url.replace("127.0.0.1", "elsewhere.localhost");
}

async function asAdmin<Data>({ server }: RunningRouter, path: string): Promise<Data> {
  const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
  return (await response.json()).data;
}

/** Tab until the named one has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  await until(`${name} is reached`, async () => {
    await page.keyboard.press("Tab");
    return name.test(await focused(page));
  });
}

/** Enter on a button, once it acts: what it did before is over, and the router answers. The focus may have to go there. */
async function pressButton(page: Page, name: RegExp): Promise<void> {
  const isReady = (): Promise<boolean> =>
    inPage(
      page,
      "!document.activeElement.disabled && document.activeElement.getAttribute('aria-disabled') !== 'true'",
    );
  await until(`${name} may be pressed`, async () => {
    if (!name.test(await focused(page))) await page.keyboard.press("Tab");
    return name.test(await focused(page)) && await isReady();
  });
  await page.keyboard.press("Enter");
}

async function focused(page: Page): Promise<string> {
  return await inPage(
    page,
    "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
  );
}

/** Refusals are what these cases are about; nothing else may be complained of. */
function assertOnlyRefusals({ complaints }: WatchedPage): void {
  assert.deepEqual(complaints.filter((text) => !/^40[13] |WebSocket/.test(text)), []);
}

const withToken: PageCase = {
  name:
    "an action asks for the token once and tells a wrong one, a dangerous one is confirmed, Esc cancels; audited",
  run: async (stand) => {
    await using router = await stand.another({ admin_token: token });
    await rpc(`${router.server.url}/rpc/base`, "eth_chainId");
    await using watched = await stand.look("/providers?chain=base&provider=steady", {
      at: router.server.url,
    });
    const { page } = watched;
    const press = (key: string): Promise<void> => page.keyboard.press(key);
    const asksToken = page.getByRole("dialog", { name: "Admin token" });
    const confirms = page.getByRole("alertdialog");
    const state = async (): Promise<string | undefined> =>
      (await asAdmin<readonly { id: string; state: string }[]>(router, "/api/providers?chain=base"))
        .find(({ id }) => id === "steady")?.state;

    await pressButton(page, /^Drain$/);
    await asksToken.waitFor();
    await press("Escape");
    await asksToken.waitFor({ state: "hidden" });
    assert.match(await focused(page), /^Drain$/);
    await pressButton(page, /^Drain$/);
    await asksToken.waitFor();
    await page.keyboard.type("not-the-token");
    await press("Enter");
    await asksToken.getByRole("alert").getByText("The router does not take this token.").waitFor();
    await page.keyboard.type(token);
    await press("Enter");
    await confirms.getByText("Drain steady?").waitFor();
    assert.equal(await focused(page), "Cancel");
    await press("Escape");
    await confirms.waitFor({ state: "hidden" });
    assert.notEqual(await state(), "off");

    await pressButton(page, /^Drain$/);
    await confirms.waitFor();
    assert.equal(await asksToken.isVisible(), false, "the token is kept");
    await pressButton(page, /^Drain$/);
    await until("it is drained", async () => await state() === "off");
    await page.getByRole("button", { name: "Enable", exact: true }).waitFor();
    await until(
      "the page shows it",
      async () =>
        (await rowsOf(page, "Providers")).filter(({ Provider }) => Provider?.startsWith("steady"))
          .every(({ State }) => State === "off"),
    );

    await switchStrategy(page, router);
    await assertAudited(page, router);
    assertOnlyRefusals(watched);
  },
};

async function switchStrategy(page: Page, router: RunningRouter): Promise<void> {
  await page.evaluate("document.activeElement.blur()");
  await tabTo(page, /^Strategies$/);
  await page.keyboard.press("Enter");
  await settled(page);
  await until("the choice is reached", async () => {
    await page.keyboard.press("Tab");
    return await inPage<boolean>(page, "document.activeElement.closest('.switches') !== null");
  });
  await page.keyboard.type("round");
  await tabTo(page, /^Set round_robin on base$/);
  await page.keyboard.press("Enter");
  const confirms = page.getByRole("alertdialog");
  await confirms.getByText("Serve base by round_robin?").waitFor();
  await tabTo(page, /^Switch$/);
  await page.keyboard.press("Enter");
  await page.getByText("round_robin serves base now.").waitFor();
  const standing = await asAdmin<Record<string, unknown>>(router, "/v1/chains/base/status");
  assert.deepEqual([standing["strategy"], standing["strategy_overridden"]], ["round_robin", true]);
}

async function assertAudited(page: Page, router: RunningRouter): Promise<void> {
  await page.evaluate("document.activeElement.blur()");
  await tabTo(page, /^System$/);
  await page.keyboard.press("Enter");
  await settled(page);
  await until("the audit log's button is reached", async () => {
    await page.keyboard.press("Tab");
    return await inPage<boolean>(
      page,
      "document.activeElement.closest('[aria-labelledby=panel-audit]') !== null && " +
        "document.activeElement.textContent.startsWith('Show it')",
    );
  });
  await page.keyboard.press("Enter");
  const renew = panelOf(page, "Audit").getByRole("button", { name: "renew" });
  const rows = await agree("the log is the API's", {
    ask: () => asAdmin<readonly AuditRow[]>(router, "/api/admin/audit?limit=100"),
    expected: (told) =>
      told.map(({ action, by, from, ok, status }) => ({
        Call: action,
        By: `${by}, ${from}`,
        Answer: `${ok ? "done" : "refused"} ${status}`,
      })),
    shown: async () => {
      await renew.click();
      return await until(
        "it is renewed",
        async () => only(await rowsOf(page, "Admin calls"), "Call", "By", "Answer"),
      );
    },
  });
  const done = rows.toReversed().map(({ action, by, status }) => `${action} ${by} ${status}`)
    .filter((text) => !text.startsWith("GET") || text.endsWith("403"));
  assert.deepEqual(done, [
    "GET /api/admin/audit loopback 403",
    "POST /api/admin/providers/base/steady/drain token 200",
    "PUT /api/admin/strategy token 200",
  ]);
}

const locked: PageCase = {
  name: "elsewhere nothing is shown without the token, the page says so, and shows all with it",
  run: async (stand) => {
    await using router = await stand.another({ admin_token: token });
    await using watched = await stand.look("/providers", { at: elsewhere(router) });
    const { page } = watched;
    await panelOf(page, "Only with the admin token").waitFor();
    assert.equal(await page.locator(".banner").count(), 0);
    await tabTo(page, /^Give the token$/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Admin token" }).waitFor();
    await page.keyboard.type(token);
    await page.keyboard.press("Enter");
    await until("the providers are there", async () => (await rowsOf(page, "Providers")).length > 0);
    await page.getByText("token given").waitFor();
    assertOnlyRefusals(watched);
  },
};

const mayNot: PageCase = {
  name: "where one may not act every action is disabled with the reason, and the router refuses it too",
  run: async (stand) => {
    await using router = await stand.another({ public_reads: true });
    await rpc(`${router.server.url}/rpc/base`, "eth_chainId");
    await using watched = await stand.look("/providers?chain=base&provider=steady", {
      at: elsewhere(router),
    });
    const { page } = watched;
    await settled(page);
    const acts = page.locator(".acts button");
    await acts.first().waitFor();
    for (const act of await acts.all()) {
      assert.deepEqual([await act.isDisabled(), await act.getAttribute("title")], [true, noToken]);
    }
    const header = page.getByRole("button", { name: "Act …" });
    assert.equal(await header.isDisabled(), true);
    assert.equal(await header.getAttribute("title"), "No admin token is configured (server.admin_token).");
    for (const tab of ["Strategies", "Live test", "System"]) {
      await page.getByRole("link", { name: tab, exact: true }).click();
      await settled(page);
      const open = await inPage<readonly string[]>(
        page,
        `[...document.querySelectorAll("main .buttons button:not(:disabled)")]
          .filter((one) => one.closest("fieldset:disabled") === null).map((one) => one.textContent)`,
      );
      assert.deepEqual(open, [], tab);
    }
    await panelOf(page, "Audit").getByText("Only admins may read it, and from here nobody is one").waitFor();
    const status = await inPage(
      page,
      `fetch("/api/admin/providers/base/steady/drain", {
        method: "POST", headers: { "content-type": "application/json" }, body: "{}" }).then(({ status }) => status)`,
    );
    assert.equal(status, 403);
    assertOnlyRefusals(watched);
  },
};

export function adminCases(): readonly PageCase[] {
  return [withToken, locked, mayNot];
}
