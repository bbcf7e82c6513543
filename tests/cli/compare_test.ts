import assert from "node:assert/strict";
import { compare } from "../../cli/compare.ts";
import { type ChainComparison, compareText } from "../../cli/compare_text.ts";
import { bufferIo } from "../support/buffer_io.ts";
import { TestLasso } from "../support/test_lasso.ts";

const times = { p50_ms: 17.94, p95_ms: 68.5, p99_ms: 120, success: 0.99996, units: 1_234.4, usd: 0.12705 };

const found: ChainComparison = {
  chain: "ethereum",
  from: "2026-03-04T05:00:00.000Z",
  to: "2026-03-04T06:00:00.000Z",
  cell_ms: 60_000,
  calls: 7_000,
  left_out: 3,
  strategies: [
    {
      ...{ ...times, strategy: "fastest", served: true, calls: 7_000, known: 0.98, faults: 0 },
      providers: [{ provider: "alchemy", share: 0.9 }, { provider: "infura", share: 0.1 }],
    },
    {
      ...{ strategy: "priority", served: false, calls: 7_000, known: 0, faults: 2 },
      ...{ p50_ms: null, p95_ms: null, p99_ms: null, success: null, units: 0, usd: 0 },
      providers: [{ provider: "free", share: 1 }],
    },
    {
      ...{ ...times, strategy: "round_robin", served: false, calls: 7_000, known: 0.25, faults: 0 },
      providers: [{ provider: "free", share: 0.5 }, { provider: "alchemy", share: 0.5 }],
    },
  ],
  measured: [{
    ...{ ...times, strategy: "fastest", calls: 7_010, usd: 12.5, success: 1 },
    providers: [{ provider: "alchemy", share: 1 }],
  }],
  broken: [{ strategy: "mine", why: "create threw" }],
};

Deno.test("compareText() sets what was measured above what is reckoned, and marks who served", () => {
  assert.equal(
    compareText([found]),
    [
      "ethereum, 2026-03-04T05:00:00.000Z to 2026-03-04T06:00:00.000Z, in cells of 60 s: 7000 calls, 3 more that no strategy steers",
      "",
      "     STRATEGY     CALLS  P50 MS  P95 MS  P99 MS   SUCCESS    UNITS  USD       NOT KNOWN  PROVIDERS",
      "was  fastest      7010   17.9    68.5    120.0    100.00 %   1234   12.50                alchemy 100 %",
      "*    fastest      7000   17.9    68.5    120.0    99.99 %    1234   0.127050  2.00 %     alchemy 90 %, infura 10 %",
      "     priority     7000   -       -       -        -          0      0         100.00 %   free 100 %",
      "     round_robin  7000   17.9 ?  68.5 ?  120.0 ?  99.99 % ?  1234   0.127050  75.00 %    free 50 %, alchemy 50 %",
      "",
      "was: measured, end to end, of the calls that the strategy served. All others: what all calls would have met.",
      "*: it served some of them. NOT KNOWN: share of calls whose time and success rest on too few samples.",
      "?: less than half is known, and that is of the providers that served anyway.",
      "priority failed 2 times; the default strategy was asked instead.",
      "mine can't be asked: create threw",
      "",
    ].join("\n"),
  );
});

Deno.test("compareText() says so where there is nothing to compare", () => {
  assert.equal(compareText([]), "No calls were recorded in that time.\n");
  assert.match(
    compareText([{ ...found, calls: 0, measured: [] }]),
    /Nothing reached a provider in that time\.\n$/,
  );
});

Deno.test("lasso compare asks a running router: text, JSON, and what it refuses", async () => {
  await using lasso = await TestLasso.start();
  const url = `http://127.0.0.1:${lasso.server.port}`;
  const text = bufferIo({}, { isTty: true });
  assert.equal(await compare(["--url", url, "--chain", "eth", "--from", "-15m", "--to", "now"], text), 0);
  assert.match(text.stdout, /^ethereum, .*: 0 calls\nNothing reached a provider in that time\.\n$/);
  assert.match(text.stderr, /reckoning/);

  const json = bufferIo();
  assert.equal(await compare(["--url", url, "--json"], json), 0);
  assert.deepEqual(JSON.parse(json.stdout), []);
  assert.equal(json.stderr, "");

  const refused = bufferIo();
  assert.equal(await compare(["--url", url, "--chain", "nope"], refused), 1);
  assert.deepEqual([refused.stdout, refused.stderr], [
    "",
    'lasso: The chain "nope" is not configured.\n  fix: Known: ethereum.\n',
  ]);
});

Deno.test("lasso compare without a router: exit 1, how to start one, and no secret of the URL", async () => {
  const io = bufferIo();
  assert.equal(await compare(["--url", "http://user:secret@127.0.0.1:1/key"], io), 1);
  assert.match(io.stderr, /^lasso: no router answers at http:\/\/127\.0\.0\.1:1\/\*\*\*: [\s\S]*lasso serve/);
  assert.doesNotMatch(io.stderr, /user|secret|key/);
});

Deno.test("lasso compare says so when what answers is no Lasso", async () => {
  for (const body of ["<html>hello</html>", "null", '{"error":"no"}', '{"jsonrpc":"2.0"}']) {
    const answer = (): Response => new Response(body, { status: 404 });
    await using other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
    const io = bufferIo();
    assert.equal(await compare(["--url", `http://127.0.0.1:${other.addr.port}`], io), 1);
    assert.match(
      io.stderr,
      /^lasso: no router answers at http:\/\/127\.0\.0\.1:\d+: what answers is no Lasso \(status 404\)\n/,
    );
  }
});

Deno.test("lasso compare with what it does not understand is a usage error: exit 2, nothing on stdout", async () => {
  for (const args of [["--form", "-1h"], ["ethereum"], ["--url", "nonsense"]]) {
    const io = bufferIo();
    assert.equal(await compare(args, io), 2, args.join(" "));
    assert.equal(io.stdout, "");
    assert.match(io.stderr, /lasso compare/);
  }
});
