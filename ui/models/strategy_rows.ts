// Strategies side by side, as /api/analytics/strategies gives them: facts of those that served beside what each would
// have given, for all methods or for one. Pure.

interface Times {
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

interface Expected extends Times {
  readonly calls: number;
  readonly known: number | null;
  readonly success: number | null;
  readonly usd: number;
}

interface Measured extends Times {
  readonly calls: number;
  readonly call_success: number | null;
  readonly usd: number;
}

type Shares = readonly { readonly provider: string; readonly share: number }[];

/** Of one chain, as /api/analytics/strategies gives it (the parts that are shown). */
export interface Compared {
  readonly chain: string;
  /** ISO 8601. */
  readonly from: string;
  readonly to: string;
  /** That a strategy steers. */
  readonly calls: number;
  /** Calls that no strategy steers. */
  readonly left_out: number;
  readonly strategies: readonly (Expected & {
    readonly strategy: string;
    readonly providers: Shares;
    readonly methods: readonly (Expected & { readonly method: string })[];
    readonly faults: number;
  })[];
  readonly measured: readonly (Measured & {
    readonly strategy: string;
    readonly attempts: number;
    readonly providers: Shares;
    readonly methods: readonly (Measured & { readonly method: string })[];
  })[];
  readonly broken: readonly { readonly strategy: string; readonly why: string }[];
}

export interface StrategyRow {
  readonly strategy: string;
  /** `measured`: what it really gave; `expected`: what it would have given. */
  readonly kind: "measured" | "expected";
  readonly calls: number;
  /** Share of the calls whose time is known; null: measured, or no call. */
  readonly known: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly success: number | null;
  /** US dollars for a thousand calls that a provider was asked for; null without one. */
  readonly usdPerThousand: number | null;
  readonly usd: number;
  readonly providers: Shares;
}

/** Facts first, then theory as the API orders it: best p50 first. `method` "": all of them. */
export function strategyRows({ measured, strategies }: Compared, method: string): readonly StrategyRow[] {
  const facts = measured.flatMap((one) => {
    const part = method === "" ? one : one.methods.find((row) => row.method === method);
    if (part === undefined) return [];
    const providers = method === "" ? one.providers : [];
    // Calls that were answered without a provider cost nothing and have no theory beside them.
    const paid = method === "" ? one.attempts : part.calls;
    const rest = { success: part.call_success, known: null, providers, paid };
    return [row(one.strategy, "measured", { ...part, ...rest })];
  });
  const theory = strategies.flatMap((one) => {
    const part = method === "" ? one : one.methods.find((row) => row.method === method);
    if (part === undefined) return [];
    const rest = { providers: method === "" ? one.providers : [], paid: part.calls };
    return [row(one.strategy, "expected", { ...part, ...rest })];
  });
  return [...facts, ...theory];
}

type Part = Times & Pick<StrategyRow, "calls" | "known" | "success" | "usd" | "providers"> & {
  /** What the cost is shared out over. */
  readonly paid: number;
};

function row(strategy: string, kind: StrategyRow["kind"], part: Part): StrategyRow {
  const { calls, known, p50_ms: p50, p95_ms: p95, p99_ms: p99, success, usd, paid, providers } = part;
  const usdPerThousand = paid === 0 ? null : usd / paid * 1000;
  return { strategy, kind, calls, known, p50, p95, p99, success, usdPerThousand, usd, providers };
}

/** Those with most calls first. `steered`: only those that strategies are asked for. */
export function methodsOf(
  { strategies, measured }: Compared,
  steered: boolean,
): readonly { method: string; calls: number }[] {
  const calls = new Map<string, number>();
  const all: readonly { readonly methods: readonly { readonly method: string; readonly calls: number }[] }[] =
    steered ? strategies : [...strategies, ...measured];
  for (const { methods } of all) {
    for (const one of methods) calls.set(one.method, Math.max(calls.get(one.method) ?? 0, one.calls));
  }
  return [...calls].map(([method, n]) => ({ method, calls: n })).sort((a, b) => b.calls - a.calls);
}

export type Figure = "p50" | "p95" | "p99" | "cost";

export function figureOf(one: StrategyRow, figure: Figure): number | null {
  return figure === "cost" ? one.usdPerThousand : one[figure];
}

/** Less of the calls known than this: the figure says little. */
export const littleKnown = 0.5;

/** The least of what is known well enough; null: nothing is, or all are the same. */
export function bestOf(rows: readonly StrategyRow[], figure: Figure): number | null {
  const values = rows
    .filter(({ kind, known }) => kind === "expected" && (figure === "cost" || (known ?? 0) >= littleKnown))
    .flatMap((one) => figureOf(one, figure) ?? []);
  if (values.length === 0) return null;
  const least = Math.min(...values);
  return values.some((value) => value > least) ? least : null;
}
