// Battle and System show what the router keeps: a report of a battle, as a page in its sandbox too; the config in force,
// how it came to be, a config that was not taken, and who did what.

import assert from "node:assert/strict";
import { diskFiles } from "../../../battle/report/disk_files.ts";
import { ReportFolder } from "../../../battle/report/report_folder.ts";
import { percent } from "../../../ui/format/number.ts";
import { type BattleRow, type Report, scopeText, sloFigure, sloName } from "../../../ui/models/battle.ts";
import { millis } from "../../../ui/format/number.ts";
import { foundLines } from "../../../ui/models/config_tree.ts";
import type { AuditRow, ConfigAnswer } from "../../../ui/models/system.ts";
import { richResult } from "../../battle/report/results.ts";
import { inPage, type PageStand } from "../../support/page_stand.ts";
import { loadText } from "../../support/start_lasso.ts";
import { until } from "../../support/until.ts";
import { agree, type Cells, looking, only, type PageCase, panelOf, rowsOf, textsOf } from "./page_case.ts";

async function leaveReport(stand: PageStand): Promise<void> {
  const place = {
    kind: "data",
    dataDir: stand.dataDir,
    startedAt: new Date("2026-03-04T05:06:07Z"),
  } as const;
  await new ReportFolder(place, diskFiles).add(richResult(), ["json", "html"]);
}

const battle: PageCase = {
  name:
    "Battle has the report in the data folder: verdict, objectives, checks, faults, and its page in a sandbox",
  run: async (stand) => {
    await leaveReport(stand);
    await looking(stand, "/battle", async ({ page }) => {
      const [row] = await agree("the list is the API's", {
        ask: () => stand.api<readonly BattleRow[]>("/api/battles?limit=200"),
        expected: (rows) =>
          rows.map(({ id, scenario, verdict }) => ({
            Verdict: verdict,
            Scenario: scenario,
            Run: id.split("~")[0],
          })),
        shown: async () => only(await rowsOf(page, "Reports of battles"), "Verdict", "Scenario", "Run"),
      });
      await page.getByRole("link", { name: row!.scenario! }).click();
      const report = await agree("the report is the API's", {
        ask: () => stand.api<Report>(`/api/battles/${row!.id}`),
        expected: (told) => ({
          verdict: told.verdict,
          command: told.command,
          slos: told.slos.toSorted(byVerdict).map(sloCells),
          checks: told.checks.map(({ name, verdict, details }) =>
            `${verdict} ${inWords(name)}${details.join("")}`
          ),
          faults: told.faults.map(faultCells),
        }),
        shown: async () => ({
          verdict: (await textsOf(page, ".battle-verdict .outcome"))[0],
          command: (await textsOf(page, ".battle-command code"))[0],
          slos: await rowsOf(page, "Objectives"),
          checks: await textsOf(page, ".checks > li"),
          faults: only(
            await rowsOf(page, "Faults"),
            "Fault",
            "Noticed",
            "Failover p99 (n)",
            "Failed requests",
          ),
        }),
      });
      assert.equal(report.verdict, "fail");
      await sandboxed(stand, page, report);
    });
  },
};

type LookedAt = Parameters<typeof rowsOf>[0];

async function sandboxed(stand: PageStand, page: LookedAt, report: Report): Promise<void> {
  const opened = page.waitForEvent("popup");
  await panelOf(page, report.scenario).getByRole("link", { name: "HTML report" }).click();
  const own = await opened;
  await own.waitForLoadState();
  assert.match(await own.locator("body").innerText(), new RegExp(report.scenario));
  assert.equal(await inPage(own, "self.origin"), "null");
  const { headers } = await fetch(own.url(), { method: "HEAD" });
  assert.match(headers.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/);
  assert.equal(new URL(own.url()).host, new URL(stand.url).host);
  await own.close();
}

const order = ["fail", "inconclusive", "pass"];

function byVerdict(a: Report["slos"][number], b: Report["slos"][number]): number {
  return order.indexOf(a.verdict) - order.indexOf(b.verdict);
}

function sloCells({ verdict, key, scope, value, bound, direction, samples }: Report["slos"][number]): Cells {
  return {
    Verdict: verdict,
    Objective: sloName(key),
    Of: scopeText(scope),
    Measured: sloFigure(key, value),
    Bound: `${direction === "min" ? "≥" : "≤"} ${sloFigure(key, bound)}`,
    n: sloFigure("samples", samples),
  };
}

function faultCells(
  { fault: { fault, provider }, detection_ms, failover, blast }: Report["faults"][number],
): Cells {
  return {
    Fault: `${fault.kind} ${provider}`,
    Noticed: millis(detection_ms),
    "Failover p99 (n)": failover === null ? "–" : `${millis(failover.p99_ms)} (${failover.n})`,
    "Failed requests": percent(blast),
  };
}

function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

const config: PageCase = {
  name:
    "System has the config in force, its version and its reloads, one that was not taken too, as the API does",
  run: (stand) =>
    looking(stand, "/system?q=breaker", async ({ page }) => {
      const reload = (text: string): Promise<{ readonly ok: boolean }> =>
        stand.router.reload(() => loadText(text), (settings) => ({
          ...settings,
          server: { ...settings.server, port: stand.router.server.state.router.settings.server.port },
        }));
      assert.equal((await reload(`${stand.config}\ndefaults:\n  strategy: round_robin\n`)).ok, true);
      assert.equal((await reload(`${stand.config}\ndefaults:\n  strategy: fastst\n`)).ok, false);
      const told = await agree("config, version and reloads are the API's", {
        ask: () => stand.api<ConfigAnswer>("/api/config"),
        expected: ({ config: all, config_version: version, reloads }) => ({
          lines: foundLines(all, "breaker", 200).map(({ path, text }) => `${path}: ${text}`),
          versions: [`v${version}`, `version ${version} is in force`],
          reloads: reloads.map(({ result, message }) =>
            `${result === "ok" ? "taken" : "not taken"}: ${message.replace(/\s+/g, " ").trim()}`
          ),
        }),
        shown: async () => ({
          lines: await textsOf(page, ".config > .config-line"),
          versions: [
            (await textsOf(page, ".strip .figures > div:last-child dd"))[0],
            (await textsOf(page, '[aria-labelledby="panel-reloads"] .note'))[0],
          ],
          reloads: (await textsOf(page, '[aria-labelledby="panel-reloads"] li > span:not(time)'))
            .slice(0, -1).reduce<string[]>(
              (rows, text, at) =>
                at % 2 === 0 ? [...rows, text] : [...rows.slice(0, -1), `${rows.at(-1)}: ${text}`],
              [],
            ),
        }),
      });
      assert.equal(told.reloads[0]!.result, "failed");
      const { version } = await stand.api<{ version: string }>("/status");
      await panelOf(page, "Process").getByText(`Lasso ${version}, region`).waitFor();
      assert.equal((await reload(stand.config)).ok, true);
    }),
};

const audit: PageCase = {
  name: "System has the audit log as the API tells it: what was done, and what was refused",
  run: (stand) =>
    looking(stand, "/system?audit=shown", async ({ page }) => {
      await stand.api("/api/admin/providers/base/shaky/drain", {});
      await stand.api("/api/admin/providers/base/shaky/enable", {});
      await assert.rejects(stand.api("/api/admin/providers/base/nobody/drain", {}));
      const renew = panelOf(page, "Audit").getByRole("button", { name: "renew" });
      const told = await agree("the log is the API's", {
        ask: () => stand.api<readonly AuditRow[]>("/api/admin/audit?limit=100"),
        expected: (rows) =>
          rows.map(({ action, by, from, ok, status }) => ({
            Call: action,
            By: `${by}, ${from}`,
            Answer: `${ok ? "done" : "refused"} ${status}`,
          })),
        shown: async () => {
          await renew.click();
          return await until("it is renewed", async () => {
            const rows = await rowsOf(page, "Admin calls");
            return only(rows, "Call", "By", "Answer");
          });
        },
      });
      assert.deepEqual(
        told.filter(({ action }) => action.includes("/providers/base/")).slice(0, 3).map(({ status }) =>
          status
        ),
        [404, 200, 200],
      );
    }),
};

export function recordCases(): readonly PageCase[] {
  return [battle, config, audit];
}
