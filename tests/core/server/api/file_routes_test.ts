import assert from "node:assert/strict";
import { join } from "node:path";
import { isPartName, listFiles, listFolders, readInside } from "../../../../core/server/api/data_files.ts";
import { inTempDir } from "../../../support/temp_dir.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

async function put(root: string, path: string, text: string): Promise<void> {
  const full = join(root, path);
  await Deno.mkdir(join(full, ".."), { recursive: true });
  await Deno.writeTextFile(full, text);
}

Deno.test("GET /api/battles lists the reports of the data folder, newest first, and gives one", () =>
  inTempDir(async (dataDir) => {
    await put(dataDir, "battle/2026-01-30-120000/failover.json", '{"scenario":"failover","verdict":"fail"}');
    await put(dataDir, "battle/2026-01-31-120000/reorg.json", '{"scenario":"Reorg","verdict":"pass"}');
    await put(dataDir, "battle/2026-01-31-120000/reorg.html", "<p>");
    await put(dataDir, "battle/2026-01-31-120000/broken.json", "{");
    await Deno.symlink("2026-01-31-120000", join(dataDir, "battle", "latest"));
    await using lasso = await TestLasso.start({ api: { dataDir } });
    const { data } = JSON.parse((await lasso.get("/api/battles")).body);
    const rows = data.map((
      { id, scenario, verdict, problem, html }: Record<string, unknown>,
    ) => [id, scenario, verdict, problem, html]);
    assert.deepEqual(rows, [
      ["2026-01-31-120000~reorg", "Reorg", "pass", null, true],
      ["2026-01-31-120000~broken", null, null, "it is no JSON", false],
      ["2026-01-30-120000~failover", "failover", "fail", null, false],
    ]);
    assert.equal(JSON.parse((await lasso.get("/api/battles?limit=1")).body).data.length, 1);
    const one = await lasso.get("/api/battles/2026-01-31-120000~reorg");
    assert.deepEqual(JSON.parse(one.body).data, { scenario: "Reorg", verdict: "pass" });
    const status = async (id: string): Promise<number> => (await lasso.get(`/api/battles/${id}`)).status;
    assert.equal(await status("2026-01-31-120000~nope"), 404);
    assert.equal(await status("2026-01-31-120000~broken"), 503);
    for (const id of ["nope", "a~b~c", "..~x", "a~..", encodeURIComponent("../x~y"), "a~.hidden", "a~b%00"]) {
      assert.equal(await status(id), 400, id);
    }
  }));

Deno.test("GET /api/battles/{id}/report.html gives a page in which nothing runs, loads or sends", () =>
  inTempDir(async (dataDir) => {
    await put(dataDir, "battle/2026-01-31-120000/reorg.html", "<p>é</p><script>1</script>");
    await put(dataDir, "battle/2026-01-31-120000/failover.json", "{}");
    await put(dataDir, "secret.html", "no");
    await Deno.symlink(join(dataDir, "secret.html"), join(dataDir, "battle/2026-01-31-120000/out.html"));
    await using lasso = await TestLasso.start({ api: { dataDir } });
    const page = (id: string): ReturnType<TestLasso["get"]> => lasso.get(`/api/battles/${id}/report.html`);
    const { status, body, headers } = await page("2026-01-31-120000~reorg");
    assert.deepEqual([status, body], [200, "<p>é</p><script>1</script>"]);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(
      headers["content-security-policy"],
      "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'self'",
    );
    for (const id of ["2026-01-31-120000~failover", "2026-01-31-120000~out", "nope~reorg"]) {
      assert.equal((await page(id)).status, 404, id);
    }
    for (const id of ["nope", "..~reorg", "a~.."]) assert.equal((await page(id)).status, 400, id);
  }));

Deno.test("GET /api/snapshots lists hours by chain and gives one", () =>
  inTempDir(async (dataDir) => {
    await put(dataDir, "snapshots/ethereum/2026-01-31T11.json", '{"version":1}');
    await put(dataDir, "snapshots/ethereum/2026-01-31T12.json", '{"version":1,"n":2}');
    await put(dataDir, "snapshots/gone/2026-01-31T13.json", "{}");
    await using lasso = await TestLasso.start({ api: { dataDir } });
    const hours = async (query: string): Promise<unknown> =>
      JSON.parse((await lasso.get(`/api/snapshots${query}`)).body).data.map((
        { chain, hour }: Record<string, unknown>,
      ) => `${chain} ${hour}`);
    assert.deepEqual(await hours(""), [
      "gone 2026-01-31T13",
      "ethereum 2026-01-31T12",
      "ethereum 2026-01-31T11",
    ]);
    assert.deepEqual(await hours("?chain=eth&limit=1"), ["ethereum 2026-01-31T12"]);
    const one = await lasso.get("/api/snapshots/ethereum/2026-01-31T12");
    assert.deepEqual(JSON.parse(one.body).data, { version: 1, n: 2 });
    assert.equal((await lasso.get("/api/snapshots/ethereum/2026-01-31T14")).status, 404);
    assert.equal((await lasso.get("/api/snapshots/..%2f..%2fetc/passwd")).status, 400);
  }));

Deno.test("files can't be asked for where everything is kept in memory", async () => {
  await using lasso = await TestLasso.start({ api: { dataDir: null } });
  for (
    const path of [
      "/api/battles",
      "/api/battles/a~b",
      "/api/battles/a~b/report.html",
      "/api/snapshots",
      "/api/snapshots/a/b",
    ]
  ) {
    const { status, body } = await lasso.get(path);
    assert.deepEqual([status, JSON.parse(body).error.code], [404, "no_data_folder"], path);
  }
});

Deno.test("readInside() never leaves its folder, and reads no more than it may", () =>
  inTempDir(async (dir) => {
    await put(dir, "secret.json", "{}");
    await put(dir, "in/a/b.json", '{"b":1}');
    await Deno.mkdir(join(dir, "in", "folder.json"));
    await Deno.symlink(join(dir, "secret.json"), join(dir, "in", "a", "out.json"));
    await Deno.symlink(dir, join(dir, "in", "up"));
    const root = join(dir, "in");
    assert.deepEqual(await readInside(root, ["a", "b.json"], 100), { text: '{"b":1}' });
    assert.deepEqual(await readInside(root, ["a", "b.json"], 6), { tooLarge: 7 });
    const missing = [["a", "out.json"], ["up", "secret.json"], ["..", "secret.json"], [
      "a",
      "../../secret.json",
    ]];
    for (const parts of [...missing, ["folder.json"], ["a", "none.json"], ["a", "b.json", "c"], ["", "x"]]) {
      assert.deepEqual(await readInside(root, parts, 100), { missing: true }, parts.join("/"));
    }
    assert.deepEqual(await readInside(join(dir, "nope"), ["a"], 100), { missing: true });
    assert.deepEqual(await listFolders(join(dir, "nope")), []);
    assert.deepEqual(await listFolders(root), ["folder.json", "a"]);
    assert.deepEqual((await listFiles(join(root, "a"), ".json", 9)).map(({ name }) => name), ["b.json"]);
  }));

Deno.test("isPartName() takes names of files as Lasso writes them, and no path", () => {
  for (const name of ["2026-01-31-120000", "failover-2.json", "überlauf", "a_b.c"]) {
    assert.ok(isPartName(name), name);
  }
  for (const name of ["", ".", "..", ".x", "a/b", "a\\b", "a..b", "a\u0000", "-x", "x".repeat(201), " a"]) {
    assert.ok(!isPartName(name), JSON.stringify(name));
  }
});
