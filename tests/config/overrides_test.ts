import assert from "node:assert/strict";
import { applyOverrides } from "../../config/overrides.ts";
import { restartKeys } from "../../config/restart.ts";
import { LassoError } from "../../core/errors.ts";
import { goodChain, loadGood } from "./load_support.ts";

const { settings } = loadGood(
  `server: { host: 10.0.0.1, port: 1, region: file, admin_token: from-the-file-itself }\n${goodChain}`,
);

function applied(flags: Record<string, string>, env: Record<string, string>): string {
  const { host, port, region, adminToken } = applyOverrides(settings, flags, (name) => env[name]).server;
  return [host, port, region, adminToken].join(" ");
}

Deno.test("applyOverrides() takes the flag, then the environment, then the file", () => {
  const env = {
    LASSO_HOST: "::1",
    LASSO_PORT: "2",
    LASSO_REGION: "env",
    LASSO_ADMIN_TOKEN: "from-the-environment",
  };
  assert.equal(applied({}, {}), "10.0.0.1 1 file from-the-file-itself");
  assert.equal(applied({}, env), "::1 2 env from-the-environment");
  assert.equal(
    applied({ host: "0.0.0.0", port: "0", region: "flag" }, env),
    "0.0.0.0 0 flag from-the-environment",
  );
});

Deno.test("applyOverrides() reads LIVECHAIN_REGION below LASSO_REGION, and skips what is empty", () => {
  assert.equal(applied({}, { LIVECHAIN_REGION: "old" }), "10.0.0.1 1 old from-the-file-itself");
  assert.equal(
    applied({}, { LIVECHAIN_REGION: "old", LASSO_REGION: "new" }),
    "10.0.0.1 1 new from-the-file-itself",
  );
  assert.equal(applied({}, { LASSO_REGION: "", LASSO_PORT: "" }), "10.0.0.1 1 file from-the-file-itself");
});

Deno.test("applyOverrides() refuses what can't be a host, a port or a region, and says where it was given", () => {
  const message = (flags: Record<string, string>, env: Record<string, string>): string => {
    try {
      applied(flags, env);
      return "";
    } catch (error) {
      assert.ok(error instanceof LassoError);
      return error.message;
    }
  };
  assert.equal(
    message({ port: "http" }, {}),
    '"http" is not a port\n  at --port\n  fix: give a whole number from 0 to 65535; 0 takes a free port',
  );
  assert.match(
    message({}, { LASSO_PORT: "65536" }),
    /^"65536" is not a port\n {2}at environment variable LASSO_PORT\n/,
  );
  // An empty host would listen on every address of the machine.
  assert.match(
    message({ host: "" }, {}),
    /^"" is no host\n {2}at --host\n {2}fix: give a name or an address/,
  );
  assert.match(message({}, { LASSO_HOST: " " }), /^" " is no host\n {2}at environment variable LASSO_HOST\n/);
  assert.match(message({ host: "http://localhost" }, {}), /^"http:\/\/localhost" is no host\n/);
  assert.match(message({}, { LASSO_REGION: "a b" }), /^"a b" is not a name for a region\n/);
  assert.ok(!message({}, { LASSO_ADMIN_TOKEN: "a secret token" }).includes("secret"));
});

Deno.test("applyOverrides() puts the data folder into the working directory; none keeps all in memory", () => {
  const dataDir = (flag: string | undefined, env: string): string | null =>
    applyOverrides(settings, { "data-dir": flag }, (name) => name === "LASSO_DATA_DIR" ? env : undefined)
      .server
      .dataDir;
  assert.equal(dataDir(undefined, ""), settings.server.dataDir);
  assert.equal(dataDir(undefined, "data"), `${Deno.cwd()}/data`);
  assert.equal(dataDir("/var/lib/lasso", "data"), "/var/lib/lasso");
  assert.equal(dataDir("none", "data"), null);
  assert.throws(
    () => dataDir("", "data"),
    /an empty text is no folder\n {2}at --data-dir\n {2}fix: give a folder, or none/,
  );
});

Deno.test("restartKeys() names what a listening socket can't take over", () => {
  const next = applyOverrides(settings, { host: "::", port: "9", region: "other" }, () => undefined);
  assert.deepEqual(restartKeys(settings, next), ["server.host", "server.port", "server.region"]);
  const tls = { ...settings, server: { ...settings.server, tls: { cert: "c", key: "k" } } };
  assert.deepEqual(restartKeys(settings, tls), ["server.tls"]);
  const inMemory = applyOverrides(settings, { "data-dir": "none" }, () => undefined);
  assert.deepEqual(restartKeys(settings, inMemory), ["server.data_dir"]);
  const live = { ...settings, server: { ...settings.server, maxBatch: 1, adminToken: null } };
  assert.deepEqual(restartKeys(settings, live), []);
});
