// Files of the data folder: hourly snapshots of measurements, reports of battles.

import { join } from "node:path";
import { z } from "zod";
import { isRecord, readRecord } from "../../rpc/json_values.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { type FileText, isPartName, listFiles, listFolders, readInside } from "./data_files.ts";
import { limit, queryTypes, text } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at, iso } from "./shapes.ts";

const maxSnapshotBytes = 16 * 1024 * 1024;
const maxReportBytes = 32 * 1024 * 1024;
/** Of one run. */
const maxPages = 1_000;
/** A report that is larger is listed without its verdict. */
const maxSummaryBytes = 4 * 1024 * 1024;
/** A report's page has inline styles, and names in it come from scenarios: nothing in it may run, load or send. */
const pageHeaders = {
  "content-security-policy":
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'self'",
  "referrer-policy": "no-referrer",
};
const noFolder = "Everything is kept in memory: there is no data folder.";

const snapshot = z.strictObject({
  chain: z.string(),
  hour: z.string().meta({ description: "UTC, as in the file's name." }),
  bytes: z.int(),
  at: at.meta({ description: "When it was written." }),
});

const battle = z.strictObject({
  id: z.string().meta({ description: "Folder and file: `2026-01-31-120000~failover`." }),
  scenario: z.string().nullable(),
  verdict: z.string().nullable().meta({ description: "null: it can't be read, see `problem`." }),
  at,
  bytes: z.int(),
  problem: z.string().nullable(),
  html: z.boolean().meta({ description: "The same is there as a page: /api/battles/{id}/report.html." }),
});

const name = (about: string): z.ZodType<string, string> =>
  text((given) => isPartName(given) ? { value: given } : { problem: "must be a name as the list gives it" }, {
    description: about,
    maxLength: 200,
  });

const battleId = text<readonly [string, string]>((given) => {
  const [folder = "", file = "", ...rest] = given.split("~");
  return isPartName(folder) && isPartName(file) && rest.length === 0
    ? { value: [folder, file] as const }
    : { problem: "must be an id as the list gives it" };
}, { description: "As /api/battles gives it.", maxLength: 401 });

export function fileRoutes(deps: ApiDeps): readonly Route[] {
  const types = queryTypes(deps.state);
  const shared = { method: "get", tag: "observation", access: "read" } as const;
  const folder = (sub: string): string => {
    if (typeof deps.dataDir === "string") return join(deps.dataDir, sub);
    throw new ApiError(404, "no_data_folder", noFolder, "Set server.data_dir.");
  };
  return [
    route({
      ...shared,
      path: "/api/snapshots",
      summary: "Hourly snapshots that are in the data folder, newest first",
      query: z.strictObject({ chain: types.chain.optional(), limit: limit(100, 1000) }),
      data: z.array(snapshot),
      errors: { 404: `The chain is not configured. ${noFolder}`, 503: "The folder can't be read." },
      handle: async ({ query }) => {
        const root = folder("snapshots");
        const wanted = query.chain?.chain.name;
        const chains = (await listFolders(root)).filter((chain) => wanted === undefined || chain === wanted);
        const found: z.infer<typeof snapshot>[] = [];
        for (const chain of chains) {
          for (const file of await listFiles(join(root, chain), ".json", query.limit)) {
            found.push({ chain, hour: file.name.slice(0, -5), bytes: file.bytes, at: iso(file.at) });
          }
        }
        found.sort((a, b) => a.hour < b.hour ? 1 : a.hour > b.hour ? -1 : 0);
        return { data: found.slice(0, query.limit), n: found.length };
      },
    }),
    route({
      ...shared,
      path: "/api/snapshots/{chain}/{hour}",
      summary: "One snapshot",
      params: z.strictObject({
        chain: name("A chain as the list has it."),
        hour: name("An hour as the list has it."),
      }),
      data: z.looseObject({}),
      errors: { 404: "There is no such snapshot.", 503: "The file can't be read." },
      example: { target: "/api/snapshots/ethereum/2026-01-31T12" },
      handle: async ({ params: { chain, hour } }) => ({
        data: readJson(
          await readInside(folder("snapshots"), [chain, `${hour}.json`], maxSnapshotBytes),
          "snapshot",
        ),
      }),
    }),
    route({
      ...shared,
      path: "/api/battles",
      summary: "Reports of battles that are in the data folder, newest first",
      query: z.strictObject({ limit: limit(50, 200) }),
      data: z.array(battle),
      errors: { 404: noFolder, 503: "The folder can't be read." },
      handle: async ({ query }) => ({ data: await battles(folder("battle"), query.limit) }),
    }),
    route({
      ...shared,
      path: "/api/battles/{id}",
      summary: "One report, as `lasso battle --format json` wrote it",
      params: z.strictObject({ id: battleId }),
      data: z.looseObject({}),
      errors: { 404: "There is no such report.", 503: "The file can't be read." },
      example: { target: "/api/battles/2026-01-31-120000~failover" },
      handle: async ({ params: { id: [run, file] } }) => ({
        data: readJson(await readInside(folder("battle"), [run, `${file}.json`], maxReportBytes), "report"),
      }),
    }),
    route({
      ...shared,
      path: "/api/battles/{id}/report.html",
      summary: "One report as a page, sandboxed",
      params: z.strictObject({ id: battleId }),
      media: "text/html; charset=utf-8",
      data: z.string(),
      errors: { 404: "There is no such page.", 503: "The file is too large, or can't be read." },
      example: { target: "/api/battles/2026-01-31-120000~failover/report.html" },
      handle: async ({ params: { id: [run, file] } }) => ({
        data: readText(await readInside(folder("battle"), [run, `${file}.html`], maxReportBytes), "report"),
        headers: pageHeaders,
      }),
    }),
  ];
}

async function battles(root: string, most: number): Promise<z.infer<typeof battle>[]> {
  const found: z.infer<typeof battle>[] = [];
  for (const run of await listFolders(root)) {
    const pages = new Set((await listFiles(join(root, run), ".html", maxPages)).map((page) => page.name));
    for (const { name: file, bytes, at: changed } of await listFiles(join(root, run), ".json", most)) {
      if (found.length >= most) return found;
      const summary = await summaryOf(root, run, file);
      const stem = file.slice(0, -5);
      const html = pages.has(`${stem}.html`);
      found.push({ id: `${run}~${stem}`, ...summary, at: iso(changed), bytes, html });
    }
  }
  return found;
}

type Summary = Pick<z.infer<typeof battle>, "scenario" | "verdict" | "problem">;

async function summaryOf(root: string, run: string, file: string): Promise<Summary> {
  const nothing = { scenario: null, verdict: null };
  const read = await readInside(root, [run, file], maxSummaryBytes);
  if (!("text" in read)) return { ...nothing, problem: "missing" in read ? "it is gone" : "it is too large" };
  const report = readRecord(read.text);
  if (report === null) return { ...nothing, problem: "it is no JSON" };
  const word = (value: unknown): string | null => typeof value === "string" ? value.slice(0, 256) : null;
  return { scenario: word(report.scenario), verdict: word(report.verdict), problem: null };
}

/** Throws ApiError 404 for what is not there, 503 for what can't be read. */
function readJson(read: FileText, what: string): Record<string, unknown> {
  const value = readRecord(readText(read, what));
  if (value === null || !isRecord(value)) throw new ApiError(503, "damaged", `The ${what} is damaged.`);
  return value;
}

/** Throws ApiError 404 for what is not there, 503 for what is too large. */
function readText(read: FileText, what: string): string {
  if ("missing" in read) throw new ApiError(404, `unknown_${what}`, `There is no such ${what}.`);
  if ("tooLarge" in read) {
    throw new ApiError(
      503,
      "too_large",
      `The ${what} has ${read.tooLarge} bytes: too large to be shown here.`,
    );
  }
  return read.text;
}
