import assert from "node:assert/strict";
import { post } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";

const names = 100_000;
const batch = 1_000;
/** Most that names which clients make up may add to a scrape. */
const mostBytes = 4_096;

/** The only provider takes one method, so that no call with another reaches an upstream. */
const config = `
server: { max_batch: ${batch} }
chains:
  ethereum:
    providers:
      - { id: alchemy, url: "http://127.0.0.1:9", methods: { allow: [eth_chainId] } }
`;

Deno.test("metrics() of a real server stays as small under 100,000 names that clients make up", async () => {
  await using lasso = await startLasso(config);
  const { url } = lasso.server;
  const hostile = (n: number): string =>
    JSON.stringify(
      [`x_${n}`, `"} 1\nlasso_build_info{n="${n}`, `eth_${n}\\`, `lasso\u0000\u2028${n}`][n % 4],
    );
  const body = (from: number): string =>
    `[${
      Array.from({ length: batch }, (_, k) => `{"jsonrpc":"2.0","id":${k},"method":${hostile(from + k)}}`)
        .join(",")
    }]`;
  await post(`${url}/rpc/ethereum`, body(0));
  const before = lasso.meter.metrics();
  for (let from = batch; from < names; from += batch) await post(`${url}/rpc/ethereum`, body(from));
  for (let n = 0; n < 200; n++) {
    const name = encodeURIComponent(`chain${n}"}\n`);
    await post(`${url}/rpc/${name}`, '{"jsonrpc":"2.0","id":1,"method":"eth_call"}');
    await post(`${url}/rpc/ethereum?strategy=s${n}&provider=p${n}`, "no JSON");
    await post(`${url}/rpc/provider/${name}/ethereum`, '{"jsonrpc":"2.0","id":1,"method":"eth_call"}');
  }
  const after = lasso.meter.metrics();
  assert.match(
    after,
    new RegExp(`lasso_requests_total{chain="ethereum",method="other",outcome="\\w+"} ${names}\n`),
  );
  assert.ok(after.length - before.length < mostBytes, `${before.length} bytes became ${after.length}`);
  const labels = [...after.matchAll(/(?:chain|provider|method)="([^"]*)"/g)].map(([, value]) => value);
  assert.deepEqual(new Set(labels), new Set(["ethereum", "alchemy", "other"]));
});
