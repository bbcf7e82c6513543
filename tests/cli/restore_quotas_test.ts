import assert from "node:assert/strict";
import { restoreQuotas } from "../../cli/restore_quotas.ts";
import type { CellGroup, CellQuery } from "../../core/measure/history/model.ts";
import { silentLog } from "../../core/log.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { candidate, meterOn } from "../core/measure/support.ts";
import { readExposition } from "../core/measure/exposition_oracle.ts";

const startedAt = Date.UTC(2025, 4, 20, 10, 30, 15, 700);

function used(chain: string, provider: string, units: number): CellGroup {
  const none = { p50: null, p90: null, p95: null, p99: null, mean: null, max: null, last: null };
  return {
    at: 0,
    key: { chain, provider },
    n: 1,
    failed: 0,
    outcomes: {},
    units,
    usd: 0,
    failovers: 0,
    ...none,
  };
}

Deno.test("restoreQuotas() takes over what earlier processes used this month, beside what is used since", async () => {
  const clock = new VirtualClock(startedAt);
  using meter = meterOn(clock);
  for (const provider of ["a", "b"]) meter.chain("base").setQuota(provider, 1_000);
  meter.chain("base").setQuota("c", null);
  meter.attempt("base", candidate("a"), "eth_call", 5, "ok", false, clock.now(), "fastest");
  const asked: CellQuery[] = [];
  const history = {
    cells: (query: CellQuery) => {
      asked.push(query);
      return Promise.resolve({
        stepMs: 0,
        groups: [
          used("base", "a", 249),
          used("base", "gone", 7),
          used("elsewhere", "a", 7),
          used("base", "c", 5),
        ],
      });
    },
  };
  await restoreQuotas(history, meter, startedAt, clock, silentLog);
  assert.deepEqual(asked, [{
    kind: "attempt",
    from: Date.UTC(2025, 4, 1),
    to: Date.UTC(2025, 4, 20, 10, 30, 16),
    stepMs: null,
    by: ["chain", "provider"],
  }]);
  assert.equal(meter.chain("base").quota(candidate("a"))!.used, 250);
  const { samples } = readExposition(meter.metrics());
  const shown = [...samples].filter(([key]) => key.startsWith("lasso_quota_used_ratio"));
  assert.deepEqual(shown, [
    ['lasso_quota_used_ratio{chain="base",provider="a"}', 0.25],
    ['lasso_quota_used_ratio{chain="base",provider="b"}', 0],
  ]);
});

Deno.test("restoreQuotas() says so when history can't be asked, and goes on", async () => {
  const clock = new VirtualClock(startedAt);
  using meter = meterOn(clock);
  const written: unknown[] = [];
  const log = { ...silentLog, write: (...line: unknown[]) => void written.push(line) };
  await restoreQuotas({ cells: () => Promise.reject(new Error("disk")) }, meter, startedAt, clock, log);
  assert.deepEqual(written, [["warn", "quota.not_restored", { error: "disk" }]]);
});

Deno.test("restoreQuotas() ignores an answer that comes in a new month", async () => {
  const clock = new VirtualClock(Date.UTC(2025, 4, 31, 23, 59, 59));
  using meter = meterOn(clock);
  meter.chain("base").setQuota("a", 1_000);
  const slow = {
    cells: async () => {
      await clock.advance(2_000);
      return { stepMs: 0, groups: [used("base", "a", 249)] };
    },
  };
  await restoreQuotas(slow, meter, Date.UTC(2025, 4, 31, 23, 59, 59), clock, silentLog);
  assert.equal(meter.chain("base").quota(candidate("a"))!.used, 0);
});
