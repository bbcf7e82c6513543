import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LassoError } from "../../../core/errors.ts";
import { diskFiles } from "../../../battle/report/disk_files.ts";
import { parseReport } from "../../../battle/report/json_report.ts";
import { type ReportFiles, ReportFolder } from "../../../battle/report/report_folder.ts";
import { freeName, reportName } from "../../../battle/report/report_name.ts";
import { inTempDir } from "../../support/temp_dir.ts";
import { emptyResult, oddResult, richResult } from "./results.ts";

interface MemoryFiles extends ReportFiles {
  readonly folders: Set<string>;
  readonly texts: Map<string, string>;
  readonly links: Map<string, string>;
}

function memoryFiles(canLink = true): MemoryFiles {
  const folders = new Set<string>();
  const texts = new Map<string, string>();
  const links = new Map<string, string>();
  return {
    folders,
    texts,
    links,
    tryFolder: () => Promise.resolve(),
    makeFolder: (path) => {
      const isNew = !folders.has(path);
      folders.add(path);
      return Promise.resolve(isNew);
    },
    write: (path, text) => {
      texts.set(path, text);
      return Promise.resolve();
    },
    link: (target, path) => {
      if (!canLink) return Promise.reject(new LassoError("io", "no links here"));
      links.set(path, target);
      return Promise.resolve();
    },
  };
}

const startedAt = new Date("2026-03-04T05:06:07.890Z");
const every = ["text", "json", "md", "junit", "html"] as const;

Deno.test("reportName() is kebab case, safe on every file system, never empty", () => {
  const cases: [string, string][] = [
    ["one dies, one falls behind", "one-dies-one-falls-behind"],
    ["bigResponses v2.1", "big-responses-v2-1"],
    ["  Über/..\\evil: <x> ", "uber-evil-x"],
    ["../../etc/passwd", "etc-passwd"],
    ["", "scenario"],
    ["?!", "scenario"],
    ["CON", "con-scenario"],
    ["com1", "com1-scenario"],
    ["日本", "日本"],
    ["a\u0000b\ud800c", "a-b-c"],
  ];
  for (const [scenario, name] of cases) assert.equal(reportName(scenario), name);
  assert.equal(new TextEncoder().encode(reportName("日".repeat(500))).length, 120);
  assert.doesNotMatch(reportName(`${"a".repeat(119)} b`), /-$/);
});

Deno.test("freeName() counts on until a name is free", () => {
  const taken = new Set<string>();
  assert.deepEqual(["a", "a", "a-2", "a"].map((name) => freeName(name, taken)), ["a", "a-2", "a-2-2", "a-3"]);
});

Deno.test("ReportFolder.add() with --out: the scenario's name and the format's ending", async () => {
  const files = memoryFiles();
  const folder = new ReportFolder({ kind: "out", folder: "out/" }, files);
  assert.equal(folder.path, null);
  assert.deepEqual(await folder.add(richResult(), every), [
    "out/one-dies-one-falls-behind-one-browns-out.json",
    "out/one-dies-one-falls-behind-one-browns-out.md",
    "out/one-dies-one-falls-behind-one-browns-out.xml",
    "out/one-dies-one-falls-behind-one-browns-out.html",
  ]);
  assert.deepEqual(await folder.add(emptyResult(), ["junit", "junit"]), ["out/smoke.xml"]);
  assert.deepEqual(await folder.add(emptyResult({ scenario: "Smoke!" }), ["junit"]), ["out/smoke-2.xml"]);
  assert.deepEqual([...files.folders, ...files.links], ["out"]);
});

Deno.test("ReportFolder.add() text alone has no file and makes no folder", async () => {
  const files = memoryFiles();
  const folder = new ReportFolder({ kind: "data", dataDir: ".lasso", startedAt }, files);
  assert.deepEqual(await folder.add(richResult(), ["text"]), []);
  assert.deepEqual([folder.path, [...files.folders]], [null, []]);
});

Deno.test("ReportFolder.add() below the data directory: a folder of its own, and latest beside it", async () => {
  const files = memoryFiles();
  const run = async (): Promise<string[]> =>
    await new ReportFolder({ kind: "data", dataDir: ".lasso", startedAt }, files).add(emptyResult(), [
      "json",
    ]);
  assert.deepEqual(await run(), [".lasso/battle/2026-03-04-050607/smoke.json"]);
  assert.deepEqual([...files.links], [[".lasso/battle/latest", "2026-03-04-050607"]]);
  assert.deepEqual(await run(), [".lasso/battle/2026-03-04-050607-2/smoke.json"]);
  assert.deepEqual([...files.links], [[".lasso/battle/latest", "2026-03-04-050607-2"]]);
});

Deno.test("ReportFolder.add() where links are not possible, latest is a file that names the folder", async () => {
  const files = memoryFiles(false);
  await new ReportFolder({ kind: "data", dataDir: "/d/", startedAt }, files).add(emptyResult(), ["md"]);
  assert.deepEqual([...files.texts.keys()], ["/d/battle/latest", "/d/battle/2026-03-04-050607/smoke.md"]);
  assert.equal(files.texts.get("/d/battle/latest"), "2026-03-04-050607\n");
});

Deno.test("diskFiles: real folders, files and links, and none half written", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "lasso-report-"));
  try {
    const first = new ReportFolder({ kind: "data", dataDir, startedAt }, diskFiles);
    const [path = ""] = await first.add(oddResult(), every);
    assert.equal(parseReport(await readFile(path, "utf8"), path).verdict, "fail");
    const second = new ReportFolder({ kind: "data", dataDir, startedAt }, diskFiles);
    await second.add(emptyResult(), ["json"]);
    assert.deepEqual((await readdir(`${dataDir}/battle`)).sort(), [
      "2026-03-04-050607",
      "2026-03-04-050607-2",
      "latest",
    ]);
    assert.equal(await readlink(`${dataDir}/battle/latest`), "2026-03-04-050607-2");
    assert.deepEqual(await readdir(`${dataDir}/battle/latest`), ["smoke.json"]);
    // Again into the same folder: the old file is replaced.
    const out = new ReportFolder({ kind: "out", folder: `${dataDir}/battle/latest` }, diskFiles);
    await out.add(emptyResult({ verdict: "fail" }), ["json"]);
    const again = await readFile(`${dataDir}/battle/latest/smoke.json`, "utf8");
    assert.equal(parseReport(again, "smoke.json").verdict, "fail");
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

Deno.test("diskFiles says what can't be written, and what to do", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "lasso-report-"));
  try {
    await writeFile(`${dataDir}/file`, "");
    for (const place of [`${dataDir}/file/below`, `${dataDir}/file`]) {
      const folder = new ReportFolder({ kind: "out", folder: place }, diskFiles);
      for (const act of [() => folder.prepare(), () => folder.add(emptyResult(), ["json"])]) {
        await assert.rejects(act, (error) => {
          assert.ok(error instanceof LassoError);
          assert.equal(error.code, "io");
          assert.equal(error.place, place);
          assert.equal(error.hint, "name another folder with --out, or make room");
          return true;
        });
      }
    }
  } finally {
    await rm(dataDir, { recursive: true });
  }
});

Deno.test({
  name: "diskFiles: a folder that is there is tried with no more than the permissions of `deno task battle`",
  permissions: { net: true, env: true, read: true, write: true, run: true },
  fn: () =>
    inTempDir(async (dir) => {
      await writeFile(`${dir}/kept`, "");
      const folder = new ReportFolder({ kind: "out", folder: dir }, diskFiles);
      await folder.prepare();
      assert.deepEqual(await readdir(dir), ["kept"]);
    }),
});

Deno.test("ReportFolder.prepare() tries the place and leaves it as it was", () =>
  inTempDir(async (dir) => {
    for (const dataDir of [dir, `${dir}/a/b`]) {
      const folder = new ReportFolder({ kind: "data", dataDir, startedAt }, diskFiles);
      await folder.prepare();
      assert.equal(folder.path, null);
    }
    await new ReportFolder({ kind: "out", folder: `${dir}/new/deep` }, diskFiles).prepare();
    assert.deepEqual(await readdir(dir), []);
    await writeFile(`${dir}/battle`, "");
    const inTheWay = new ReportFolder({ kind: "data", dataDir: dir, startedAt }, diskFiles);
    await assert.rejects(() => inTheWay.prepare(), /the report can't be written: ENOTDIR/);
  }));
