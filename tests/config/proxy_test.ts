import assert from "node:assert/strict";
import { proxyFromEnv } from "../../config/proxy.ts";
import { LassoError } from "../../core/errors.ts";

function proxy(env: Record<string, string>, url: string): string | null {
  return proxyFromEnv((name) => env[name])(url);
}

const HTTPS_PROXY = "http://user:pw@proxy.example:3128";

Deno.test("proxyFromEnv() tunnels https and wss, nothing else", () => {
  const env = { HTTPS_PROXY };
  assert.deepEqual(
    ["https://a.example/k", "wss://a.example/k", "http://a.example", "ws://a.example"].map((url) =>
      proxy(env, url)
    ),
    [HTTPS_PROXY, HTTPS_PROXY, null, null],
  );
});

Deno.test("proxyFromEnv() gives null without the variable, and reads the small spelling", () => {
  assert.equal(proxy({}, "https://a.example"), null);
  assert.equal(proxy({ HTTPS_PROXY: "" }, "https://a.example"), null);
  assert.equal(proxy({ https_proxy: "proxy:1" }, "https://a.example"), "http://proxy:1");
});

Deno.test("proxyFromEnv() spares loopback and what NO_PROXY names", () => {
  const cases: [string, string, boolean][] = [
    ["", "https://127.0.0.1:8545", false],
    ["", "https://localhost", false],
    ["", "https://[::1]:1", false],
    ["*", "https://a.example", false],
    ["a.example", "https://a.example", false],
    ["a.example", "https://b.a.example", false],
    [".a.example", "https://b.a.example", false],
    ["*.a.example", "https://b.a.example", false],
    ["a.example", "https://ba.example", true],
    ["a.example:444", "https://a.example", true],
    ["a.example:443", "https://a.example", false],
    ["x, a.example:444 ,y", "https://a.example:444", false],
  ];
  for (const [NO_PROXY, url, proxied] of cases) {
    assert.equal(proxy({ HTTPS_PROXY, NO_PROXY }, url) !== null, proxied, `${NO_PROXY} ${url}`);
  }
});

Deno.test("proxyFromEnv() refuses a proxy that is no http URL, without its password", () => {
  assert.throws(
    () => proxyFromEnv((name) => name === "HTTPS_PROXY" ? "socks5://user:hunter22@proxy:1" : undefined),
    (thrown: unknown) =>
      thrown instanceof LassoError && /no http or https URL/.test(thrown.message) &&
      !thrown.message.includes("hunter22"),
  );
});
