import assert from "node:assert/strict";
import { systemClock } from "../../../core/clock.ts";
import { LeakSearch } from "../../../battle/run/leaks.ts";
import { RouterScrape } from "../../../battle/run/router_scrape.ts";

const page = `lasso_event_loop_lag_seconds 0.012
lasso_memory_bytes{kind="rss"} ${200 * 1_048_576}
lasso_memory_bytes{kind="heap_used"} ${32 * 1_048_576}
lasso_memory_bytes{kind="heap_total"} ${96 * 1_048_576}
`;
const secret = `planted-secret-${"5a".repeat(10)}`;

Deno.test("RouterScrape.finish() finds secrets in pages, in headers of answers and of errors", async () => {
  const asked: string[] = [];
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    const method = text === "" ? "" : JSON.parse(text).method as string;
    asked.push(`${pathname}${search} ${method}`.trim());
    if (pathname === "/metrics") return new Response(page);
    if (pathname === "/status") return new Response(`{"url":"http://x/v2/${secret}-path"}`);
    const header: Record<string, string> = method === "lasso_noSuchMethod"
      ? {
        "x-lasso-meta": btoa(`{"url":"/v2/${secret}"}`),
        "x-other": secret,
      }
      : {};
    return new Response("{}", { headers: header });
  });
  const leaks = new LeakSearch(secret);
  const scrape = new RouterScrape({
    clock: systemClock,
    url: `http://127.0.0.1:${server.addr.port}`,
    leaks,
    chains: ["ethereum"],
  });
  await scrape.finish();
  assert.equal(scrape.loopLagMs, 12);
  assert.equal(scrape.inUseMb, 200 - (96 - 32));
  assert.deepEqual(asked.slice(-3), [
    "/status",
    "/rpc/ethereum?include_meta=headers eth_getBlockByNumber",
    "/rpc/ethereum?include_meta=headers lasso_noSuchMethod",
  ]);
  assert.deepEqual(leaks.leaks, [
    'the router\'s /status: {"url":"http://x/v2/<secret>-path"}',
    'the header x-lasso-meta of /rpc/ethereum?include_meta=headers: {"url":"/v2/<secret>"}',
    "the header x-other of /rpc/ethereum?include_meta=headers: <secret>",
  ]);
});
