// How `lasso compare` shows comparisons to people: for each chain a table of the strategies, what was measured marked
// and above what is reckoned. Pure; called by compare.ts.

import { table } from "./table.ts";

interface Times {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
  readonly success: number | null;
  readonly units: number;
  readonly usd: number;
}

/** What is shown of `/api/analytics/strategies`. */
export interface ChainComparison {
  readonly chain: string;
  readonly from: string;
  readonly to: string;
  readonly cell_ms: number;
  readonly calls: number;
  readonly left_out: number;
  readonly strategies: readonly (Times & {
    readonly strategy: string;
    readonly served: boolean;
    readonly calls: number;
    readonly known: number | null;
    readonly faults: number;
    readonly providers: readonly { readonly provider: string; readonly share: number }[];
  })[];
  readonly measured: readonly (Times & {
    readonly strategy: string;
    readonly calls: number;
    readonly providers: readonly { readonly provider: string; readonly share: number }[];
  })[];
  readonly broken: readonly { readonly strategy: string; readonly why: string }[];
}

const header = [
  "",
  "STRATEGY",
  "CALLS",
  "P50 MS",
  "P95 MS",
  "P99 MS",
  "SUCCESS",
  "UNITS",
  "USD",
  "NOT KNOWN",
  "PROVIDERS",
];

export function compareText(comparisons: readonly ChainComparison[]): string {
  if (comparisons.length === 0) return "No calls were recorded in that time.\n";
  return comparisons.map(chainText).join("\n");
}

function chainText(found: ChainComparison): string {
  const { chain, from, to, calls, left_out: leftOut, strategies, measured, broken } = found;
  const lines = [
    `${chain}, ${from} to ${to}, in cells of ${found.cell_ms / 1000} s: ${whole(calls)} calls` +
    (leftOut === 0 ? "" : `, ${whole(leftOut)} more that no strategy steers`),
    "",
  ];
  if (calls === 0 && measured.length === 0) return `${lines[0]}\nNothing reached a provider in that time.\n`;
  const rows = [
    ...measured.map((
      one,
    ) => ["was", one.strategy, whole(one.calls), ...figures(one), "", shares(one.providers)]),
    ...strategies.map((one) => [
      one.served ? "*" : "",
      one.strategy,
      whole(one.calls),
      ...figures(one, (one.known ?? 0) < 0.5),
      one.known === null ? "-" : percent(1 - one.known),
      shares(one.providers),
    ]),
  ];
  const notes = [
    "",
    "was: measured, end to end, of the calls that the strategy served. All others: what all calls would have met.",
    "*: it served some of them. NOT KNOWN: share of calls whose time and success rest on too few samples.",
    ...(strategies.some(({ known, p50_ms: p50 }) => p50 !== null && (known ?? 0) < 0.5)
      ? ["?: less than half is known, and that is of the providers that served anyway."]
      : []),
    ...strategies.filter(({ faults }) => faults > 0).map(({ strategy, faults }) =>
      `${strategy} failed ${whole(faults)} times; the default strategy was asked instead.`
    ),
    ...broken.map(({ strategy, why }) => `${strategy} can't be asked: ${why}`),
  ];
  return `${lines.join("\n")}\n${table(header, rows)}${notes.join("\n")}\n`;
}

/** `unsure`: too little is known to rely on times and success; prices are known all the same. */
function figures(
  { p50_ms: p50, p95_ms: p95, p99_ms: p99, success, units, usd }: Times,
  unsure = false,
): string[] {
  const mark = unsure ? " ?" : "";
  return [
    ...[p50, p95, p99].map((ms) => ms === null ? "-" : ms.toFixed(1) + mark),
    success === null ? "-" : percent(success) + mark,
    whole(units),
    money(usd),
  ];
}

/** 0.99996 is no 100 %. */
function percent(share: number): string {
  const floored = Math.floor(share * 1e4 + 1e-6) / 100;
  return `${floored.toFixed(2)} %`;
}

function whole(n: number): string {
  return String(Math.round(n));
}

function money(usd: number): string {
  return usd === 0 ? "0" : usd.toFixed(usd < 1 ? 6 : 2);
}

function shares(providers: ChainComparison["measured"][number]["providers"]): string {
  const shown = providers.filter(({ share }) => share >= 0.005).slice(0, 4);
  return shown.map(({ provider, share }) => `${provider} ${Math.round(share * 100)} %`).join(", ");
}
