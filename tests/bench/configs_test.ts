// The configs that are written for the programs: what makes the comparison fair must stand in them.

import assert from "node:assert/strict";
import { proxyConfig, upstreamConfig } from "../../bench/haproxy.ts";
import { lassoConfig } from "../../bench/lasso.ts";
import { nginxConfig } from "../../bench/nginx.ts";

Deno.test("upstreamConfig() answers the probes, echoes the id, and speaks TLS when told to", () => {
  const config = upstreamConfig(1234);
  assert.match(config, /bind 127\.0\.0\.1:1234\n/);
  assert.match(config, /"result":"0x1"}' if \{ req\.body -m sub eth_chainId \}/);
  assert.match(config, /"result":false}' if \{ req\.body -m sub eth_syncing \}/);
  assert.match(config, /nbthread 1\n/);
  assert.match(upstreamConfig(1234, "/a.pem"), /bind 127\.0\.0\.1:1234 ssl crt \/a\.pem /);
});

Deno.test("proxyConfig() has one thread and keeps connections", () => {
  assert.match(proxyConfig(1, 2), /nbthread 1\n[^]*http-reuse always\n {2}server one 127\.0\.0\.1:2\n/);
});

Deno.test("nginxConfig() keeps connections on both sides, as HTTP/1.1", () => {
  const config = nginxConfig(1, 2, "/scratch");
  for (
    const line of [
      "keepalive 64;",
      "proxy_http_version 1.1;",
      'proxy_set_header Connection "";',
      "daemon off;",
    ]
  ) {
    assert.ok(config.includes(line), line);
  }
  assert.equal(config.match(/keepalive_requests 1000000000;/g)?.length, 2);
});

Deno.test("lassoConfig() says nothing but port, chain and provider: the rest is default", () => {
  assert.equal(
    lassoConfig(5, { upstreamUrl: "https://127.0.0.1:6", caFile: "/ca.pem" }),
    `server: { port: 5 }
chains:
  ethereum:
    chain_id: 1
    providers:
      - id: upstream
        url: "https://127.0.0.1:6"
        tls: { ca: "/ca.pem" }
`,
  );
});

Deno.test("lassoConfig() gives the provider its WebSocket endpoint when told to", () => {
  const config = lassoConfig(5, { upstreamUrl: "http://127.0.0.1:6", wsUrl: "ws://127.0.0.1:7/" });
  assert.match(config, /url: "http:\/\/127\.0\.0\.1:6"\n {8}ws_url: "ws:\/\/127\.0\.0\.1:7\/"\n$/);
});
