import assert from "node:assert/strict";
import { Fields } from "../../../core/http/fields.ts";
import { isLoopback, readAccess } from "../../../core/server/access.ts";
import { textToWire } from "../../../core/rpc/wire.ts";

function fields(given: Readonly<Record<string, string>>): Fields {
  return new Fields(Object.keys(given), Object.values(given));
}

const local = { host: "localhost:4000" };

Deno.test("isLoopback() holds for a loopback peer that uses loopback's own names", () => {
  for (const peer of ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"]) {
    assert.ok(isLoopback(fields(local), peer), peer);
  }
  for (const host of ["localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:4000", "[::1]", "[::1]:4000"]) {
    assert.ok(isLoopback(fields({ host }), "127.0.0.1"), host);
  }
  for (const origin of ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:5173"]) {
    assert.ok(isLoopback(fields({ ...local, origin }), "127.0.0.1"), origin);
  }
});

Deno.test("isLoopback() does not hold for another peer, whatever the headers say", () => {
  for (const peer of ["10.0.0.1", "128.0.0.1", "::2", "fe80::1", "1127.0.0.1", "127.0.0.1.evil", ""]) {
    assert.ok(!isLoopback(fields(local), peer), peer);
  }
});

Deno.test("isLoopback() does not hold behind a proxy", () => {
  const names = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];
  for (const name of [...names, "cf-connecting-ip", "true-client-ip"]) {
    assert.ok(!isLoopback(fields({ ...local, [name]: "127.0.0.1" }), "127.0.0.1"), name);
  }
});

Deno.test("isLoopback() does not hold for another name in Host or Origin (DNS rebinding)", () => {
  const hosts = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "", "[::2]"];
  for (const host of hosts) assert.ok(!isLoopback(fields({ host }), "127.0.0.1"), host);
  assert.ok(!isLoopback(fields({}), "127.0.0.1"));
  const origins = [
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "chrome-extension://localhost",
  ];
  for (const origin of origins) assert.ok(!isLoopback(fields({ ...local, origin }), "127.0.0.1"), origin);
});

Deno.test("readAccess() asks for the admin token elsewhere", () => {
  const server = { adminToken: "s3cret-é", publicReads: false };
  const access = (authorization?: string): string =>
    readAccess(
      fields(authorization === undefined ? {} : { authorization: textToWire(authorization) }),
      "10.0.0.1",
      server,
    );
  assert.equal(access(), "no_token");
  assert.equal(access("Basic s3cret-é"), "no_token");
  assert.equal(access("Bearer"), "no_token");
  assert.equal(access("Bearer s3cret-é"), "granted");
  assert.equal(access("bearer  s3cret-é"), "granted");
  for (const token of ["s3cret", "s3cret-éx", "S3CRET-É"]) {
    assert.equal(access(`Bearer ${token}`), "wrong_token");
  }
});

Deno.test("readAccess() grants nobody by token where none is configured, everybody with public_reads", () => {
  const remote = fields({ authorization: "Bearer null" });
  assert.equal(readAccess(remote, "10.0.0.1", { adminToken: null, publicReads: false }), "wrong_token");
  assert.equal(readAccess(fields({}), "10.0.0.1", { adminToken: null, publicReads: true }), "granted");
  assert.equal(readAccess(fields(local), "127.0.0.1", { adminToken: "x", publicReads: false }), "granted");
});
