import assert from "node:assert/strict";
import { parse } from "yaml";
import { attemptFailed, callFailed, outcomeMeanings } from "../../core/measure/outcomes.ts";
import type { AttemptOutcome } from "../../core/measure/recorder.ts";
import { documentedMetrics, metricsIn, recordedIn } from "../support/metric_names.ts";
import { promtool } from "../support/prometheus.ts";
import { inTempDir } from "../support/temp_dir.ts";

const folder = new URL("../../deploy/prometheus/", import.meta.url);

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: {
    readonly summary?: string;
    readonly description?: string;
    readonly runbook?: string;
  };
}

interface Case {
  readonly name: string;
  readonly alert_rule_test: readonly {
    readonly alertname: string;
    readonly exp_alerts: readonly unknown[];
  }[];
}

function rulesOf(file: string): Rule[] {
  const { groups } = parse(read(file)) as { groups: readonly { rules: readonly Rule[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

function read(file: string): string {
  return Deno.readTextFileSync(new URL(file, folder));
}

const alerts = rulesOf("alerts.yml");
const recorded = rulesOf("rules.yml");

Deno.test("alerts.yml and rules.yml are rules, prometheus.yml is a config (promtool)", async () => {
  const files = ["alerts.yml", "rules.yml"].map((file) => new URL(file, folder).pathname);
  const rules = await promtool(["check", "rules", ...files]);
  assert.equal(rules.code, 0, rules.text);
  await inTempDir(async (dir) => {
    for (const file of ["alerts.yml", "rules.yml", "prometheus.yml"]) {
      await Deno.copyFile(new URL(file, folder), `${dir}/${file}`);
    }
    await Deno.writeTextFile(`${dir}/lasso_admin_token`, "token");
    const config = await promtool(["check", "config", `${dir}/prometheus.yml`]);
    assert.equal(config.code, 0, config.text);
  });
});

Deno.test("alerts.yml: each alert fires where it must and not where it must not (promtool)", async () => {
  const { tests } = parse(read("alerts_test.yml")) as { tests: readonly Case[] };
  const cases = tests.flatMap((test) => test.alert_rule_test);
  for (const { alert } of alerts) {
    const own = cases.filter(({ alertname }) => alertname === alert);
    assert.ok(own.some(({ exp_alerts }) => exp_alerts.length > 0), `no case in which ${alert} fires`);
    assert.ok(own.some(({ exp_alerts }) => exp_alerts.length === 0), `no case in which ${alert} keeps still`);
  }
  const names = new Set(alerts.map(({ alert }) => alert));
  assert.deepEqual(cases.filter(({ alertname }) => !names.has(alertname)), []);
  const said = await promtool(["test", "rules", new URL("alerts_test.yml", folder).pathname]);
  assert.equal(said.code, 0, said.text);
});

Deno.test("alerts.yml and rules.yml ask for nothing but what Lasso exports and rules.yml makes", () => {
  const known = documentedMetrics();
  const made = new Set(recorded.map(({ record }) => record));
  for (const { expr } of [...alerts, ...recorded]) {
    for (const name of metricsIn(expr)) assert.ok(known.has(name), `${name} is not in docs/metrics.md`);
    for (const name of recordedIn(expr)) assert.ok(made.has(name), `${name} is not in rules.yml`);
  }
});

Deno.test("alerts.yml: each alert has a severity and says what it is and where to read on", () => {
  const guide = Deno.readTextFileSync(new URL("../../docs/monitoring.md", import.meta.url));
  for (const { alert = "", labels, annotations } of alerts) {
    assert.match(labels?.severity ?? "", /^(?:page|ticket)$/, alert);
    assert.ok((annotations?.summary ?? "") !== "" && (annotations?.description ?? "") !== "", alert);
    assert.equal(annotations?.runbook, `docs/monitoring.md#${alert.toLowerCase()}`);
    assert.ok(guide.includes(`\n### ${alert}\n`), `docs/monitoring.md has no section ${alert}`);
  }
});

Deno.test("rules.yml counts as failed what Lasso counts as failed", () => {
  const exprOf = (record: string): string => recorded.find((rule) => rule.record === record)?.expr ?? "";
  const notFailed = /outcome!~"([^"]+)"/.exec(exprOf("lasso:requests_failed:rate5m"))?.[1]?.split("|") ?? [];
  assert.ok(notFailed.length > 5 && notFailed.every((outcome) => !callFailed(outcome)));
  // No other outcome of a request is excused.
  const reasons = [...Object.keys(outcomeMeanings), "ok", "error", ...requestReasons];
  assert.deepEqual(reasons.filter((reason) => !callFailed(reason) && !notFailed.includes(reason)), []);
  const failed = /outcome=~"([^"]+)"/.exec(exprOf("lasso:upstream_failed:rate5m"))?.[1]?.split("|") ?? [];
  const outcomes = Object.keys(outcomeMeanings) as AttemptOutcome[];
  assert.deepEqual(failed.toSorted(), outcomes.filter(attemptFailed).toSorted());
});

/** Reasons of Lasso's own beside the categories. */
const requestReasons = [
  "parse",
  "invalid_request",
  "too_large",
  "unknown_chain",
  "unknown_provider",
  "refused_method",
  "websocket_only",
  "unauthorised",
  "gap",
  "drained",
  "internal",
];
