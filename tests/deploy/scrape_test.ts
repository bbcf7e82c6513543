import assert from "node:assert/strict";
import { documentedMetrics, exportedMetrics } from "../support/metric_names.ts";
import { Prometheus, promtool } from "../support/prometheus.ts";
import { inTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";
import { ScrapedLasso } from "./scraped_lasso.ts";

/** What only a router with WebSocket upstreams, alert rules or a collector for traces has to show. */
const notHere = [
  /^lasso_race_/,
  /^lasso_streams?/,
  /^lasso_alert/,
  /^lasso_trace_/,
  /^lasso_answers_behind_total$/,
];

Deno.test("metrics() of a router with traffic passes promtool's check, and docs/metrics.md lists it all", async () => {
  await using lasso = await ScrapedLasso.start();
  const scrape = await fetch(`${lasso.router.server.url}/metrics`);
  assert.equal(scrape.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  const text = await scrape.text();
  const said = await promtool(["check", "metrics"], text);
  assert.equal(said.code, 0, said.text);
  const documented = documentedMetrics();
  const exported = exportedMetrics(text);
  assert.deepEqual([...exported].filter(([name, type]) => documented.get(name) !== type), []);
  const absent = [...documented.keys()].filter((name) => !exported.has(name));
  assert.deepEqual(absent.filter((name) => !notHere.some((pattern) => pattern.test(name))), []);
});

/** Names are a contract: whoever built a dashboard on them keeps it. A stream and a subscription are not there here. */
const contract: Readonly<Record<string, readonly string[]>> = {
  lasso_requests_total: ["chain", "method", "outcome"],
  lasso_request_duration_seconds: ["chain"],
  lasso_overhead_seconds: [],
  lasso_upstream_requests_total: ["chain", "provider", "transport", "method", "outcome"],
  lasso_upstream_duration_seconds: ["chain", "provider", "transport"],
  lasso_failovers_total: ["chain", "provider", "category"],
  lasso_breaker_state: ["chain", "provider", "transport"],
  lasso_head_block: ["chain", "provider"],
  lasso_head_lag_blocks: ["chain", "provider"],
  lasso_quota_used_ratio: ["chain", "provider"],
  lasso_event_loop_lag_seconds: [],
  lasso_connections: ["direction", "transport"],
  lasso_config_reloads_total: ["result"],
  lasso_log_dropped_total: [],
  lasso_memory_bytes: ["kind"],
  lasso_build_info: ["version"],
};

Deno.test("metrics() keeps the names and labels of the contract", async () => {
  await using lasso = await ScrapedLasso.start();
  const { text } = lasso;
  for (const [name, labels] of Object.entries(contract)) {
    const series = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? `, "gm"))];
    assert.ok(series.length > 0, name);
    for (const [line, inner = ""] of series) {
      const found = [...inner.matchAll(/(\w+)="/g)].map(([, label]) => label).filter((label) =>
        label !== "le"
      );
      assert.deepEqual(found, labels, line);
    }
  }
});

Deno.test("Prometheus scrapes Lasso, records by rules.yml and finds nothing to alert of", async () => {
  await using lasso = await ScrapedLasso.start();
  await inTempDir(async (dir) => {
    for (const file of ["rules.yml", "alerts.yml"]) {
      const text = await Deno.readTextFile(new URL(`../../deploy/prometheus/${file}`, import.meta.url));
      await Deno.writeTextFile(`${dir}/${file}`, text.replace("interval: 15s", "interval: 1s"));
    }
    await using prometheus = await Prometheus.start(
      dir,
      `
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [rules.yml, alerts.yml]
scrape_configs:
  - job_name: lasso
    static_configs: [{ targets: ["127.0.0.1:${lasso.port}"] }]
`,
    );
    const value = (expr: string): Promise<number> =>
      until(expr, async () => {
        const found = await prometheus.value(expr);
        return found === undefined ? undefined : { found };
      }, 30_000).then(({ found }) => found);
    assert.equal(await value('up{job="lasso"}'), 1);
    assert.equal(await value('lasso_requests_total{chain="ethereum",method="eth_call",outcome="ok"}'), 20);
    assert.ok(
      await value('lasso_upstream_requests_total{provider="bad",transport="http",outcome="server"}') > 0,
    );
    assert.equal(await value('lasso_request_duration_seconds_count{chain="ethereum"}') > 20, true);
    assert.equal(await value('lasso_build_info{version="1.2.3"}'), 1);
    await until("requests of two scrapes are recorded as a rate", async () => {
      await lasso.call("eth_call");
      return (await prometheus.value('lasso:requests:rate5m{chain="ethereum"}') ?? 0) > 0;
    }, 30_000);
    assert.equal(await prometheus.value("lasso:request_failure:ratio5m"), 0);
    const { groups } = await prometheus.get("/api/v1/rules") as {
      groups: readonly { rules: readonly { name: string; health: string; lastError?: string }[] }[];
    };
    const ill = groups.flatMap(({ rules }) => rules).filter(({ health }) => health === "err");
    assert.deepEqual(ill, []);
    assert.equal(await prometheus.value('ALERTS{alertstate="firing"}'), undefined);
  });
});
