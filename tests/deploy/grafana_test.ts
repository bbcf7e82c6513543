import assert from "node:assert/strict";
import { documentedMetrics, metricsIn } from "../support/metric_names.ts";
import { Prometheus } from "../support/prometheus.ts";
import { inTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";
import { ScrapedLasso } from "./scraped_lasso.ts";

const folder = new URL("../../deploy/grafana/", import.meta.url);
const files = ["lasso-overview", "lasso-providers", "lasso-streams"];

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly id: number | null;
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr?: string }[] };
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly query: string | { readonly query: string };
    }[];
  };
}

const boards = files.map((name) =>
  JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder))) as Dashboard
);

/** Everything that the dashboard asks Prometheus for; variables ask for the labels of a series. */
function queriesOf(board: Dashboard): string[] {
  const variables = board.templating.list.flatMap(({ query }) =>
    typeof query === "string" ? [] : [/^label_values\((.*), \w+\)$/.exec(query.query)?.[1] ?? query.query]
  );
  const panels = board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  const annotations = board.annotations.list.flatMap(({ expr }) => expr === undefined ? [] : [expr]);
  return [...variables, ...panels, ...annotations];
}

/** As Grafana would fill it in with everything chosen. */
function filled(query: string): string {
  return query.replaceAll("$__rate_interval", "1m").replaceAll(/\$(?:instance|chain|provider)\b/g, ".*");
}

Deno.test("dashboards: ids of their own, a data source to choose, panels with titles, units and room", () => {
  for (const [index, board] of boards.entries()) {
    assert.deepEqual([board.id, board.uid], [null, files[index]]);
    assert.ok(board.schemaVersion >= 39);
    const [source, ...others] = board.templating.list;
    assert.deepEqual([source?.name, source?.type, source?.query], ["datasource", "datasource", "prometheus"]);
    assert.deepEqual(others.map(({ name }) => name).slice(0, 2), ["instance", "chain"]);
    const ids = board.panels.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const taken = new Set<string>();
    for (const { type, title, description, datasource, fieldConfig, gridPos, targets } of board.panels) {
      const { x, y, w, h } = gridPos;
      assert.ok(title !== "" && x >= 0 && x + w <= 24, title);
      for (let cell = 0; cell < w * h; cell++) {
        const key = `${x + cell % w} ${y + Math.floor(cell / w)}`;
        assert.ok(!taken.has(key), `${title} overlaps another panel`);
        taken.add(key);
      }
      if (type === "row") continue;
      assert.ok((description ?? "") !== "" && (fieldConfig?.defaults.unit ?? "") !== "", title);
      const sources = [datasource, ...(targets ?? []).map((target) => target.datasource)];
      assert.ok(sources.every((each) => each?.uid === "${datasource}"), title);
      assert.ok((targets ?? []).length > 0, title);
    }
  }
});

Deno.test("dashboards ask for nothing but what Lasso exports, and for all of it", () => {
  const known = documentedMetrics();
  const asked = new Set(boards.flatMap(queriesOf).flatMap((query) => metricsIn(query)));
  assert.deepEqual([...asked].filter((name) => !known.has(name)), []);
  // Shown by none: it is for alerts, or stands in another metric.
  const left = ["lasso_alert_notifications_total", "lasso_draining", "lasso_history_problem"];
  assert.deepEqual([...known.keys()].filter((name) => !asked.has(name) && !left.includes(name)), []);
});

Deno.test("Prometheus accepts every query of the dashboards, and answers those about traffic", async () => {
  await using lasso = await ScrapedLasso.start();
  await inTempDir(async (dir) => {
    await using prometheus = await Prometheus.start(
      dir,
      `
global: { scrape_interval: 1s }
scrape_configs:
  - job_name: lasso
    static_configs: [{ targets: ["127.0.0.1:${lasso.port}"] }]
`,
    );
    const traffic = "sum(rate(lasso_failovers_total[1m]))";
    await until("a rate of failovers", async () => {
      await lasso.call("eth_call");
      return (await prometheus.value(traffic) ?? 0) > 0;
    }, 30_000);
    const empty: string[] = [];
    for (const query of boards.flatMap(queriesOf)) {
      const answer = await prometheus.query(filled(query));
      assert.equal(answer.status, "success", `${query}\n${answer.error}`);
      if (answer.data?.result.length === 0) empty.push(query);
    }
    // Nothing failed, raced, was subscribed to, traced or reloaded here; what else has no answer asks wrongly.
    const quiet =
      /outcome!~|outcome!="ok"|lasso_race_|lasso_stream|lasso_trace_|lasso_answers_behind|config_reloads_total.*> 0/;
    assert.deepEqual(empty.filter((query) => !quiet.test(query)), []);
  });
});
