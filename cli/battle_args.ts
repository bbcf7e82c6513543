// The arguments of `lasso battle`, read and checked. What they name (scenarios, files) is looked up elsewhere.

import { parseArgs } from "node:util";
import { LassoError, messageOf } from "../core/errors.ts";
import { maskText } from "../core/redact.ts";
import type { ReportFormat } from "../battle/model/scenario.ts";

export const battleHelp = `lasso battle [NAME or FILE …] [flags]
lasso battle new NAME           write a scenario to start from
lasso battle diff A B           compare two JSON reports

Runs scenarios against a router: sends traffic, breaks things on the way to the providers, and
judges what clients saw. Everything stays on this machine unless you allow a host. A NAME is one of
the shipped scenarios (see --list), a FILE one of your own (it ends in .ts, .js or .mjs). Without
either, the shipped ones with the tag ci are run.

Which
  --list             what there is, and stop
  --schema           print the JSON Schema of a JSON report, and stop
  --tag TAG          only scenarios with this tag; may be given several times
  --dry-run          print what would happen and the plan's hash, and stop

How
  --seed N           everything that is random follows from it (default: the scenario's); a
                     random({ seed }) of the scenario keeps its own
  --repeat N         run each scenario N times
  --max-duration D   cut each scenario after D, for instance 30s
  --virtual          on a virtual clock, in memory: many times faster, for logic, not for speed
  --allow-host HOST  let requests go to a host beyond this machine; may be given several times

Reports
  --format LIST      of text, json, md, junit, html (default: what the scenario says)
  --out DIR          where files go (default: .lasso/battle/<date>/, with latest beside it)
  --baseline FILE    show what changed since an earlier JSON report
  --help             this text

stdout has the text report; its last line is PASS n FAIL n INCONCLUSIVE n. Progress goes to stderr.
Exit: 0 all passed, 1 something failed, 2 a scenario or the usage is wrong, 3 inconclusive,
4 the harness itself failed, 130 interrupted (the report is still written). Ctrl-C ends a run in
order, a second one at once.
`;

const reportFormats: readonly ReportFormat[] = ["text", "json", "md", "junit", "html"];

export interface BattleArgs {
  readonly names: readonly string[];
  readonly list: boolean;
  readonly schema: boolean;
  readonly dryRun: boolean;
  readonly virtual: boolean;
  readonly help: boolean;
  readonly tags: readonly string[];
  readonly seed: number | null;
  readonly repeat: number;
  readonly maxDurationMs: number | null;
  readonly allowedHosts: readonly string[];
  /** null: what the scenario says. */
  readonly formats: readonly ReportFormat[] | null;
  readonly out: string | null;
  readonly baseline: string | null;
}

/** LassoError `usage` for what can't be understood. */
export function readBattleArgs(args: readonly string[]): BattleArgs {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (thrown) {
    throw usage(messageOf(thrown));
  }
  const { values, positionals } = parsed;
  return {
    names: positionals,
    list: values.list ?? false,
    schema: values.schema ?? false,
    dryRun: values["dry-run"] ?? false,
    virtual: values.virtual ?? false,
    help: values.help ?? false,
    tags: values.tag ?? [],
    seed: values.seed === undefined ? null : wholeNumber("--seed", values.seed, 0, Number.MAX_SAFE_INTEGER),
    repeat: values.repeat === undefined ? 1 : wholeNumber("--repeat", values.repeat, 1, 1_000),
    maxDurationMs: values["max-duration"] === undefined
      ? null
      : duration("--max-duration", values["max-duration"]),
    allowedHosts: (values["allow-host"] ?? []).map(hostName),
    formats: values.format === undefined ? null : formats(values.format),
    out: values.out ?? null,
    baseline: values.baseline ?? null,
  };
}

const options = {
  list: { type: "boolean" },
  schema: { type: "boolean" },
  "dry-run": { type: "boolean" },
  virtual: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  tag: { type: "string", multiple: true },
  seed: { type: "string" },
  repeat: { type: "string" },
  "max-duration": { type: "string" },
  "allow-host": { type: "string", multiple: true },
  format: { type: "string", multiple: true },
  out: { type: "string" },
  baseline: { type: "string" },
} as const;

function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw usage(`${flag} must be a whole number from ${least} to ${most}: current value is ${text}`);
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

function duration(flag: string, text: string): number {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(amount) * (unitMs[unit] ?? NaN);
  if (ms > 0) return ms;
  throw usage(`${flag} must be a time above 0 such as 500ms, 30s or 5m: current value is ${text}`);
}

/** As URLs have it. What is more than a host would never be met by one. */
function hostName(text: string): string {
  const url = /^(?:\[[\da-f:.]+\]|[^\s/@?#:]+)$/i.test(text) ? URL.parse(`http://${text}`) : null;
  if (url !== null) return url.hostname;
  throw usage(`--allow-host takes a host alone, such as rpc.example.com: current value is ${maskText(text)}`);
}

function formats(texts: readonly string[]): readonly ReportFormat[] {
  const names = texts.flatMap((text) => text.split(","));
  return names.map((name) => {
    const known = reportFormats.find((format) => format === name.trim());
    if (known === undefined) {
      throw usage(`--format ${JSON.stringify(name)} is not known: take of ${reportFormats.join(", ")}`);
    }
    return known;
  });
}

function usage(summary: string): LassoError {
  return new LassoError("usage", summary, { hint: "see `lasso battle --help`" });
}
