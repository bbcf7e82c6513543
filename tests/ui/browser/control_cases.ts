// The controls of Live test do at the router what they say.

import assert from "node:assert/strict";
import { until } from "../../support/until.ts";
import { looking, type PageCase, textOf } from "./page_case.ts";

interface Simulators {
  readonly faults: readonly { readonly kind: string; readonly provider: string; readonly figures: unknown }[];
  readonly traffic: {
    readonly workload: { readonly rate: number; readonly chain?: string; readonly methods?: unknown } | null;
    readonly sampler: { readonly decisions: number } | null;
  };
}

const panel = (id: string): string => `[aria-labelledby="panel-${id}"]`;

const faults: PageCase = {
  name: "a fault begins with its figures, is shown with how long still, and ends",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      const part = page.locator(panel("faults"));
      await part.getByRole("combobox", { name: "Fault", exact: true }).selectOption("error_rate");
      await part.getByRole("combobox", { name: "Provider", exact: true }).selectOption("base/steady");
      await part.getByLabel("of calls").fill("40");
      await part.getByRole("combobox", { name: "For", exact: true }).selectOption("5m");
      await part.getByRole("button", { name: "Begin" }).click();
      await part.getByRole("cell", { name: "503 for 40 % of calls", exact: true }).waitFor();
      const { faults } = await stand.api<Simulators>("/api/admin/simulators");
      assert.deepEqual(faults.map(({ kind, provider, figures }) => ({ kind, provider, figures })), [
        { kind: "error_rate", provider: "steady", figures: { share: 0.4, status: 503 } },
      ]);
      assert.match(
        await textOf(page, '[aria-label="steady of base"] .fault'),
        /^503 for 40 % of calls, [45] min/,
      );
      await part.getByRole("button", { name: /^End: steady/ }).click();
      await part.getByText("No fault is in force").waitFor();
      assert.deepEqual((await stand.api<Simulators>("/api/admin/simulators")).faults, []);
    }),
};

const traffic: PageCase = {
  name: "a workload takes the place of what runs, and the sampler's decisions are marked",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      const part = page.locator(panel("workload"));
      await part.getByLabel("Calls a second").fill("30");
      await part.getByRole("combobox", { name: "Methods", exact: true }).selectOption("heads");
      await part.getByRole("combobox", { name: "Chain", exact: true }).selectOption("base");
      await part.getByRole("button", { name: /^(Start|Send this instead)$/ }).click();
      await until("it says what runs", async () => {
        assert.match(await part.innerText(), /30\/s to base by HTTP, eth_blockNumber 1/);
        return true;
      });
      const { traffic } = await stand.api<Simulators>("/api/admin/simulators");
      assert.deepEqual(
        [traffic.workload?.rate, traffic.workload?.chain, traffic.workload?.methods],
        [30, "base", { eth_blockNumber: 1 }],
      );
      const sampler = page.locator(panel("routing-sampler"));
      await sampler.getByRole("button", { name: "Start" }).click();
      await until("it samples", async () =>
        ((await stand.api<Simulators>("/api/admin/simulators")).traffic.sampler?.decisions ?? 0) > 0);
      await page.locator(panel("calls-now")).getByText("test", { exact: true }).first().waitFor();
      await sampler.getByRole("button", { name: "Stop" }).click();
      await until("it rests", async () =>
        (await stand.api<Simulators>("/api/admin/simulators")).traffic.sampler === null);
      await part.getByRole("button", { name: "Stop" }).click();
      await part.getByText("Nothing is sent now.").waitFor();
      await stand.api("/api/admin/traffic", { rate: 20 });
    }),
};

const marks: PageCase = {
  name: "a mark and a test event are told on the feed",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      const part = page.locator(panel("marks"));
      assert.equal(await part.getByRole("button", { name: "Set the mark" }).isDisabled(), true);
      await part.getByLabel("Label").fill("deploy 42");
      await page.keyboard.press("Enter");
      await part.locator(".ticker").getByText("deploy 42").waitFor();
      await page.locator(panel("test-events")).getByRole("button", { name: "Cooldown starts" }).click();
      await page.locator(panel("what-lasso-does")).getByText(/cooldown/i).first().waitFor();
    }),
};

const confirmed: PageCase = {
  name: "a provider is disconnected and drained, and back",
  run: (stand) =>
    looking(stand, "/live-test", async ({ page }) => {
      const row = page.locator('[aria-label="steady of ethereum"]');
      await row.getByRole("button", { name: /^Drain/ }).click();
      await until("it is off", async () => await row.locator(".state").innerText() === "off");
      await row.getByRole("button", { name: /^Enable/ }).click();
      await until("it is up", async () => await row.locator(".state").innerText() === "up");
      await row.getByRole("button", { name: /^Disconnect/ }).click();
      await row.getByText("not connected").waitFor();
      await row.getByRole("button", { name: /^Connect/ }).click();
      await until("it is connected", async () => !/not connected/.test(await row.innerText()));
    }),
};

export function controlCases(): readonly PageCase[] {
  return [faults, traffic, marks, confirmed];
}
