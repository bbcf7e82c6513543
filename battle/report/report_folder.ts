// Where reports go: `--out DIR` as it is, else a folder of the run's own below the data directory, with `latest` beside
// it. Files are written as each scenario ends, so that an interrupted run leaves those that are done.

import type { ReportFormat } from "../model/scenario.ts";
import type { ScenarioResult } from "../model/result.ts";
import type { ReportDiff } from "./compare_reports.ts";
import { htmlReport } from "./html_report.ts";
import { jsonReport } from "./json_report.ts";
import { junitReport } from "./junit_report.ts";
import { markdownReport } from "./markdown_report.ts";
import { freeName, reportName } from "./report_name.ts";

/** What is needed of a file system. Paths have `/`; each rejects with a `LassoError` `io`. */
export interface ReportFiles {
  /** With the folders above it; false: it was there already. Rejects where nothing can be written into it. */
  makeFolder(path: string): Promise<boolean>;
  /** Rejects where the folder can't be made, or nothing can be written into it; leaves all as it was. */
  tryFolder(path: string): Promise<void>;
  /** In one step: a reader sees the old text or the new one. */
  write(path: string, text: string): Promise<void>;
  /** A symbolic link at `path`, in place of what is there; rejects where links are not possible. */
  link(target: string, path: string): Promise<void>;
}

export type ReportPlace =
  | { readonly kind: "out"; readonly folder: string }
  | { readonly kind: "data"; readonly dataDir: string; readonly startedAt: Date };

export interface AddOptions {
  readonly secrets?: Iterable<string>;
  readonly baseline?: ReportDiff | null;
}

const endings: Readonly<Record<Exclude<ReportFormat, "text">, string>> = {
  json: "json",
  md: "md",
  junit: "xml",
  html: "html",
};

export class ReportFolder {
  readonly #place: ReportPlace;
  readonly #files: ReportFiles;
  readonly #taken = new Set<string>();
  #path: string | null = null;

  constructor(place: ReportPlace, files: ReportFiles) {
    this.#place = place;
    this.#files = files;
  }

  /** null until there is one. */
  get path(): string | null {
    return this.#path;
  }

  /** So that a place where nothing can be written is told before a run and not after it. LassoError `io`. */
  async prepare(): Promise<void> {
    await this.#files.tryFolder(this.#place.kind === "out" ? folderOf(this.#place) : parentOf(this.#place));
  }

  /**
   * Writes the result in each of the formats; `text` is for the terminal and has no file. A scenario that comes again
   * gets a name of its own: `failover.json`, `failover-2.json`.
   * @returns the paths written, in the order of the formats
   * @throws LassoError `io`
   */
  async add(
    result: ScenarioResult,
    formats: readonly ReportFormat[],
    options: AddOptions = {},
  ): Promise<string[]> {
    const wanted = [...new Set(formats)].filter((format) => format !== "text");
    if (wanted.length === 0) return [];
    const folder = this.#path ??= await this.#open();
    const name = freeName(reportName(result.scenario), this.#taken);
    const paths: string[] = [];
    for (const format of wanted) {
      const path = `${folder}/${name}.${endings[format]}`;
      await this.#files.write(path, renderFile(format, result, options));
      paths.push(path);
    }
    return paths;
  }

  async #open(): Promise<string> {
    if (this.#place.kind === "out") {
      const folder = folderOf(this.#place);
      await this.#files.makeFolder(folder);
      return folder;
    }
    const parent = parentOf(this.#place);
    const date = folderName(this.#place.startedAt);
    let name = date;
    for (let count = 2; !(await this.#files.makeFolder(`${parent}/${name}`)); count++) {
      name = `${date}-${count}`;
    }
    await this.#pointTo(parent, name);
    return `${parent}/${name}`;
  }

  /** `latest` is a help, no promise: where it can be neither a link nor a file, the reports are still written. */
  async #pointTo(parent: string, name: string): Promise<void> {
    try {
      await this.#files.link(name, `${parent}/latest`);
    } catch {
      await this.#files.write(`${parent}/latest`, `${name}\n`).catch(() => undefined);
    }
  }
}

function folderOf({ folder }: Extract<ReportPlace, { readonly kind: "out" }>): string {
  return folder.replace(/(?<=.)\/+$/, "");
}

function parentOf({ dataDir }: Extract<ReportPlace, { readonly kind: "data" }>): string {
  return `${dataDir.replace(/(?<=.)\/+$/, "")}/battle`;
}

/** The text of one report file. */
export function renderFile(
  format: Exclude<ReportFormat, "text">,
  result: ScenarioResult,
  { secrets = [], baseline = null }: AddOptions = {},
): string {
  switch (format) {
    case "json":
      return jsonReport(result, secrets);
    case "md":
      return markdownReport(result, { secrets, baseline });
    case "junit":
      return junitReport(result, { secrets, baseline });
    case "html":
      return htmlReport(result, { secrets, baseline });
  }
}

/** `2026-03-04-050607`, UTC: sorts by time, and holds no colon. */
function folderName(date: Date): string {
  const [day = "", time = ""] = date.toISOString().split("T");
  return `${day}-${time.slice(0, 8).replaceAll(":", "")}`;
}
