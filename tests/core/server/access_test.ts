import assert from "node:assert/strict";
import { Fields } from "../../../core/http/fields.ts";
import {
  addressPrefix,
  adminAccess,
  callerKind,
  isLoopback,
  readAccess,
} from "../../../core/server/access.ts";
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

Deno.test("adminAccess() asks for the token also on loopback where there is one, else for loopback", () => {
  const access = (given: Readonly<Record<string, string>>, peer: string, adminToken: string | null): string =>
    adminAccess(fields({ ...local, ...given }), peer, { adminToken });
  assert.equal(access({}, "127.0.0.1", null), "granted");
  assert.equal(access({}, "10.0.0.1", null), "loopback_only");
  assert.equal(access({ authorization: "Bearer null" }, "10.0.0.1", null), "loopback_only");
  assert.equal(access({ via: "1.1 proxy" }, "127.0.0.1", null), "loopback_only");
  assert.equal(access({}, "127.0.0.1", "s3cret"), "no_token");
  assert.equal(access({ authorization: "Bearer s3cret" }, "10.0.0.1", "s3cret"), "granted");
  assert.equal(access({ authorization: "Bearer nope" }, "127.0.0.1", "s3cret"), "wrong_token");
});

Deno.test("adminAccess() holds for no page of another origin", () => {
  const access = (host: string, origin: string): string =>
    adminAccess(fields({ host, origin, authorization: "Bearer t" }), "10.0.0.1", { adminToken: "t" });
  const same = [
    ["localhost:4000", "http://localhost:4000"],
    ["lasso.example", "https://lasso.example"],
    ["LASSO.example:443", "https://lasso.example"],
    ["lasso.example", "http://lasso.example:80"],
    ["[::1]:4000", "http://[::1]:4000"],
  ] as const;
  for (const [host, origin] of same) assert.equal(access(host, origin), "granted", origin);
  const others = [
    ["localhost:4000", "http://localhost:4001"],
    ["localhost:4000", "http://127.0.0.1:4000"],
    ["lasso.example", "https://lasso.example:8443"],
    ["lasso.example:80", "https://lasso.example"],
    ["lasso.example", "https://lasso.example.evil"],
    ["lasso.example", "null"],
    ["lasso.example", "file://lasso.example"],
    ["lasso.example", ""],
  ] as const;
  for (const [host, origin] of others) assert.equal(access(host, origin), "foreign_origin", origin);
});

Deno.test("callerKind() says by which rule a caller stands there", () => {
  const kind = (given: Readonly<Record<string, string>>, peer: string, adminToken: string | null): string =>
    callerKind(fields({ ...local, ...given }), peer, { adminToken });
  assert.equal(kind({}, "127.0.0.1", "t"), "loopback");
  assert.equal(kind({ authorization: "Bearer t" }, "127.0.0.1", "t"), "token");
  assert.equal(kind({ authorization: "Bearer x" }, "10.0.0.1", "t"), "open");
  assert.equal(kind({ authorization: "Bearer null" }, "10.0.0.1", null), "open");
});

Deno.test("addressPrefix() leaves out the end of an address", () => {
  const cases = [
    ["192.0.2.77", "192.0.2.0/24"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8::/48"],
    ["::1", "::/48"],
    ["fe80::1%eth0", "fe80::/48"],
    ["2001:0db8:0001::", "2001:db8:1::/48"],
    ["", "unknown"],
    ["localhost", "unknown"],
  ] as const;
  for (const [given, wanted] of cases) assert.equal(addressPrefix(given), wanted, given);
});
