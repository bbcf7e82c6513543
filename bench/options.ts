// The command line of the benchmark. Pure: reads arguments, touches nothing.

import { parseArgs } from "node:util";

/** The figures that this benchmark measures, as they are numbered in its README. */
export const figureIds = [
  "P1",
  "P2",
  "P4",
  "P5",
  "P6",
  "P8",
  "P9",
  "P10",
  "P11",
  "P12",
  "P14",
  "observation",
  "dashboard",
] as const;
export type FigureId = typeof figureIds[number];

export interface BenchOptions {
  readonly only: ReadonlySet<FigureId>;
  readonly rounds: number;
  /** Length of one measurement of one path. */
  readonly seconds: number;
  readonly warmupSeconds: number;
  /** Where the JSON goes; null: bench/results/<date>.json. */
  readonly out: string | null;
}

export const usage = `deno task bench [--only P1,P6] [--rounds N] [--seconds S] [--quick] [--out FILE]

  --only IDS     only these of ${figureIds.join(", ")}
  --rounds N     alternating rounds, default 5; figures count from five rounds on
  --seconds S    length of one measurement of one path, default 5
  --quick        2 rounds of 1 second: shows that everything works, measures nothing
  --out FILE     where the JSON goes, default bench/results/<date>.json
  --help         this text

Exit: 0 when every bar was met, 1 when one was missed or could not be measured, 2 for a wrong argument.
`;

/** A wrong argument; the message says which. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** null: help was asked for. Throws a UsageError. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  let values;
  try {
    values = parseArgs({
      args: [...args],
      options: {
        only: { type: "string" },
        rounds: { type: "string" },
        seconds: { type: "string" },
        quick: { type: "boolean" },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (thrown) {
    throw new UsageError(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (values.help) return null;
  const quick = values.quick === true;
  const rounds = positive("--rounds", values.rounds, quick ? 2 : 5);
  if (!Number.isInteger(rounds)) throw new UsageError(`--rounds must be a whole number, not ${rounds}`);
  return {
    only: readOnly(values.only),
    rounds,
    seconds: positive("--seconds", values.seconds, quick ? 1 : 5),
    warmupSeconds: quick ? 1 : 3,
    out: values.out ?? null,
  };
}

function positive(name: string, text: string | undefined, preset: number): number {
  if (text === undefined) return preset;
  const value = Number(text);
  if (!(value > 0) || value === Infinity) throw new UsageError(`${name} must be above 0, not ${text}`);
  return value;
}

function readOnly(text: string | undefined): ReadonlySet<FigureId> {
  if (text === undefined) return new Set(figureIds);
  const found = new Set<FigureId>();
  for (const part of text.split(",")) {
    const id = figureIds.find((known) => known.toUpperCase() === part.trim().toUpperCase());
    if (id === undefined) throw new UsageError(`--only knows ${figureIds.join(", ")}, not ${part}`);
    found.add(id);
  }
  return found;
}
