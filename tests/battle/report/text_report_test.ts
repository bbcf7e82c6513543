import assert from "node:assert/strict";
import { compareReports } from "../../../battle/report/compare_reports.ts";
import { textWidth } from "../../../battle/report/plain_text.ts";
import { textReport } from "../../../battle/report/text_report.ts";
import { emptyResult, fault, manyFaults, oddResult, richResult, slo } from "./results.ts";

const plain = { color: false };

Deno.test("textReport() one screen: verdict first, then all that it stands on", () => {
  assert.equal(
    textReport(richResult({ worst: richResult().worst.slice(0, 2) }), plain),
    `FAIL  one dies, one falls behind, one browns out                                       90 s, seed 42
      5 of 7 SLOs passed, 1 failed, 1 inconclusive; 1 of 3 checks passed, 1 failed, 1 inconclusive;
      3 faults
      - p99_latency_ms of reads: 412 ms, must be ≤ 250 ms
      - answersMatchLedger: reads #18211 eth_getBalance at block 19000012: 0x1bc16d674ec80000
        instead of 0x0
      - overhead_p99_ms of the run: the target is a foreign URL, which does not tell its overhead
      - writesAsAllowed: no write was planned

SLOs
    SLO                of                                        value     bound  samples
  ✓ success_rate       reads                                     100 %   ≥ 100 %   36,012
  ✗ p99_latency_ms     reads                                    412 ms  ≤ 250 ms   36,012
  ✓ failover_ms        reads                                    8.2 ms   ≤ 50 ms       12
  ✓ p50_latency_ms     reads · eth_call · during kill-alchemy  24.1 ms   ≤ 40 ms    3,601
  ✓ stream_gaps        heads                                         0       ≤ 0    1,400
  ✓ stream_duplicates  heads                                         0       ≤ 0    1,400
  ? overhead_p99_ms    the run                                       –    ≤ 2 ms        0

Checks
  ✓ headsMonotonic  ? writesAsAllowed  ✗ answersMatchLedger

Comparison
    metric            ours  baseline   change    95 % interval
  ✓ p99_latency_ms  412 ms    398 ms  +3.56 %  −2.1 % … +9.4 %
      no difference can be seen at this sample size

Faults
  fault            when  detected  shifted   failover p99 / max (n)  recovered  failed
  kill-alchemy  20–35 s   12.4 ms  31.2 ms       8.2 / 31.4 ms (12)     1.24 s     0 %
    kill alchemy; answered by infura 72 %, ankr 28 %
  lag-infura    45–65 s    4.12 s    4.2 s                        –       0 ms     0 %
    lag 12 blocks at infura; answered by alchemy 90 %, ankr 10 %
  slow-ankr     70–80 s         –        –  812 ms / 1.32 s (1,204)          –  0.04 %
    brown-out +800 ms at ankr; answered by alchemy 66 %, infura 34 %

Outside any fault
  - reads #30114 at 86.2 s: failover from infura, connect, 14 ms

Workloads
  workload  planned   rate      p50      p95     p99   p99.9  max
  reads      36,012  400/s  24.1 ms  45.8 ms  412 ms  1.21 s  2 s
    36,009 answered; 19 error, 3 timeout
  heads         200  2.2/s        –        –       –       –    –

Streams  0 gaps, 0 duplicates, 0 out of order, 0 on a wrong branch

Load  alchemy 56 % (even: 24 %), infura 33 % (37 %), ankr 11 % (38 %); fairness 0.81; cost 31.2
      units a request

Worst requests
  request      method            at  latency  outcome  attempts
  reads #8040  eth_getLogs  70.04 s      2 s  timeout  ankr timeout 2 s
  reads #8053  eth_call     70.66 s   1.96 s  result   ankr timeout 1.01 s → infura (ws) ok 841 ms

Repeat
  lasso battle scenarios/three.ts --seed 42
  Lasso 0.1.0, plan 9f86d081884c7d65
`,
  );
});

Deno.test("textReport() nothing was asked: still a verdict, and how to repeat", () => {
  assert.equal(
    textReport(emptyResult(), plain),
    `PASS  smoke${" ".repeat(77)}0 ms, seed 1
      nothing was asked of it

Repeat
  lasso battle smoke.ts --seed 1
  Lasso 0.1.0, plan 0000000000000000
`,
  );
});

Deno.test("textReport() without colour has no escape codes; with it the same text, and a red FAIL", () => {
  const colored = textReport(richResult(), { color: true });
  assert.ok(colored.startsWith("\x1b[1;31mFAIL\x1b[0m  \x1b[1mone dies"));
  // deno-lint-ignore no-control-regex
  assert.equal(colored.replace(/\x1b\[[\d;]*m/g, ""), textReport(richResult(), plain));
  assert.ok(!textReport(oddResult(), plain).includes("\x1b"));
});

Deno.test("textReport() is no wider than the screen, from 80 to 110 columns", () => {
  for (const result of [richResult(), oddResult(), manyFaults()]) {
    for (const [columns, most] of [[40, 80], [80, 80], [97, 97], [110, 110], [300, 110]] as const) {
      const tooWide = textReport(result, { color: false, columns }).split("\n")
        // A command is for copying: it is never broken.
        .filter((line) => textWidth(line) > most && !line.startsWith("  lasso battle"));
      assert.deepEqual(tooWide, []);
    }
  }
});

Deno.test("textReport() of thirty faults shows those that did most harm, in order of time", () => {
  const text = textReport(manyFaults(), plain);
  assert.match(text, /reset-alchemy-8 +21 s .* 20 %/);
  assert.match(text, /and 18 faults that did less harm/);
  assert.ok(text.split("\n").length < 90);
});

Deno.test("textReport() says why it is inconclusive", () => {
  const text = textReport(
    emptyResult({
      verdict: "inconclusive",
      reasons: ["the generator was late: 412 of 36,012 requests by more than 10 ms"],
      slos: [
        slo("p99_latency_ms", 20, 250, {
          verdict: "inconclusive",
          samples: 300,
          reason: "3 samples beyond it; ten are needed",
        }),
      ],
      faults: [fault("stop", { kind: "router_stall" }, null, 1_000, 2_000, { tookOver: {} })],
    }),
    plain,
  );
  assert.match(text, /^INCONCLUSIVE {2}smoke/);
  assert.match(text, /- the generator was late: 412 of 36,012 requests by more than 10 ms\n/);
  assert.match(text, /- p99_latency_ms of the run: 3 samples beyond it; ten are needed\n/);
  assert.match(text, /\n {4}router stalled\n/);
});

Deno.test("textReport() names regressions against a baseline", () => {
  const before = richResult({ slos: [slo("p99_latency_ms", 210.2, 250)], version: "0.0.9" });
  const after = richResult({ slos: [slo("p99_latency_ms", 412.37, 250)] });
  const text = textReport(after, { color: false, baseline: compareReports(before, after) });
  assert.match(
    text,
    /Against the baseline\n {2}1 regression since Lasso 0\.0\.9 of 2026-03-04T05:06:07\.890Z\n {2}- p99_latency_ms of the run: pass → fail, 210 ms → 412 ms \(\+96\.2 %\)\n/,
  );
});

Deno.test("textReport() tells each chain's load, and where nobody answered", () => {
  const [ethereum] = richResult().load;
  const base = { chain: "base", fairness: null, unitsPerRequest: null, providers: [] };
  assert.match(
    textReport(richResult({ load: [ethereum!, base] }), plain),
    /\nLoad {2}ethereum: alchemy 56 %[^]*\n {6}base: no provider answered\n/,
  );
});
