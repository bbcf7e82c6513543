// What moves: a provider that is killed and comes back, calls that are seen at once, a router that is started anew.

import assert from "node:assert/strict";
import { inPage } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { looking, type PageCase, textOf } from "./page_case.ts";

const row = '[aria-label="swift of ethereum"]';
const state = `.stage > ${row} .state`;

interface ApiProvider {
  readonly chain: string;
  readonly id: string;
  readonly state: string;
}

const killed: PageCase = {
  name: "a provider is killed by one click: its breaker opens, traffic moves, the overview says so; and back",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      const apiState = async (): Promise<string | undefined> =>
        (await stand.api<readonly ApiProvider[]>("/api/providers"))
          .find(({ chain, id }) => chain === "ethereum" && id === "swift")?.state;
      // Without traffic only probes would find out, and they take their time.
      await stand.api("/api/admin/traffic", { rate: 20 });
      await page.getByRole("button", { name: "Kill swift of ethereum" }).click();
      await page.locator(`${row} output`).getByText("refuses connections").waitFor();
      await until("the page shows it open", async () => await textOf(page, state) === "open");
      assert.equal(await apiState(), "open");
      await until("the title says it", async () => /^impaired \(\d+\) – Lasso$/.test(await page.title()));
      assert.match(await textOf(page, `${row} .fault`), /^killed, until it is taken off$/);
      await until("no share is left", async () => await textOf(page, `${row} .shares .figure`) === "0 %");
      assert.match(await textOf(page, ".ticker.changes"), /swift/);
      await page.getByRole("link", { name: "Overview", exact: true }).click();
      const wrong = page.locator('[aria-labelledby="panel-what-is-wrong"]');
      assert.match(await wrong.innerText(), /swift \(ethereum\) fails and is left out/);
      await page.goBack();
      await page.getByRole("button", { name: "Revive swift of ethereum" }).click();
      await page.getByRole("button", { name: "Kill swift of ethereum" }).waitFor();
      // Its breaker would close by itself, after probes: the button need not wait for that.
      await until("it serves again", async () => {
        const reset = page.locator(row).getByRole("button", { name: /^Reset breaker/ });
        if (await reset.count() > 0) await reset.click({ timeout: 2_000 });
        return await textOf(page, state) === "up";
      }, 30_000);
      assert.equal(await apiState(), "up");
    }),
};

/** Delays from an event's time at the router to the frame that shows its line, ms. */
const watchCalls = `(() => {
  const delays = window.seenAfterMs = [];
  const list = document.querySelector('[aria-labelledby="panel-calls-now"] .ticker');
  new MutationObserver((changes) => {
    const times = changes.flatMap(({ addedNodes }) => [...addedNodes])
      .flatMap((node) => node.querySelector?.("time")?.dateTime ?? []);
    // A task that is queued in a frame runs once the frame was painted.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port2.onmessage = () => {
        const now = performance.timeOrigin + performance.now();
        for (const at of times) delays.push(now - Date.parse(at));
      };
      port1.postMessage(null);
    });
  }).observe(list, { childList: true });
})()`;

const seen: PageCase = {
  name: "a call is seen on the page within moments (the figures are printed)",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      await stand.api("/api/admin/traffic", { rate: 40 });
      await page.locator('[aria-labelledby="panel-calls-now"] .ticker li').first().waitFor();
      await page.evaluate(watchCalls);
      const delays = await until("enough calls were seen", async () => {
        const all = await inPage<number[]>(page, "window.seenAfterMs");
        return all.length >= 120 && all.sort((a, b) => a - b);
      }, 30_000);
      const at = (share: number): number => Math.round(delays[Math.floor((delays.length - 1) * share)]!);
      console.log(
        `event to pixel: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${at(1)} ms, n = ${delays.length}`,
      );
      // Not a bar: a page that draws a second late would be broken, on any machine.
      assert.ok(at(0.5) < 1_000, `p50 ${at(0.5)} ms`);
    }),
};

const restarted: PageCase = {
  name: "a router that is started anew is found again, and the page says meanwhile that it is stale",
  run: async (stand) => {
    await using watched = await stand.look("/live-test");
    const { page } = watched;
    await stand.restart(async () => {
      await page.locator(".banner").waitFor();
      assert.match(
        await textOf(page, ".banner"),
        /^Stale for \d+ s: the router does not answer\. Trying again/,
      );
      assert.equal(await page.title(), "stale – Lasso");
      const kill = page.getByRole("button", { name: "Kill swift of ethereum" });
      assert.equal(await kill.isDisabled(), true);
      assert.equal(await kill.getAttribute("title"), "The router does not answer.");
    });
    await page.locator(".banner").waitFor({ state: "detached", timeout: 20_000 });
    assert.notEqual(await page.title(), "stale – Lasso");
    const { uptime_ms } = await stand.api<{ uptime_ms: number }>("/status");
    assert.ok(uptime_ms < 60_000);
    await until("calls of the new router are seen", async () => {
      const at = await inPage<string>(page, "document.querySelector('.ticker time')?.dateTime ?? ''");
      return Date.parse(at) > Date.now() - 5_000;
    });
    // What it complains of is the socket that could not be opened meanwhile.
    const others = watched.complaints.filter((text) => !/WebSocket|ERR_CONNECTION_REFUSED/.test(text));
    assert.deepEqual(others, []);
  },
};

export function liveCases(): readonly PageCase[] {
  return [killed, seen, restarted];
}
