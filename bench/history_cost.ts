// P11: what a day of one chain's history takes in memory, kept in a file and kept in memory, and what the questions of
// a dashboard cost the worker.

import { type Figure, type Series, series, type Verdict, verdict } from "./figure.ts";
import type { HistoryRound } from "./history_run.ts";
import type { BenchRun } from "./run.ts";

const id = "P11";
/** Of the 10 MB of a chain; the main thread's 5 are held by tests/core/measure/memory_test.ts. */
const barMb = 5;
const barMs = 20;

export async function historyCost(run: BenchRun): Promise<Figure> {
  const script = new URL("./history_run.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--v8-flags=--expose-gc", script, String(run.options.rounds)];
  return historyFigure(JSON.parse(await run.stage.run(Deno.execPath(), args)) as HistoryRound[]);
}

export function historyFigure(rounds: readonly HistoryRound[]): Figure {
  const stored: Series[] = [];
  const verdicts: Verdict[] = [];
  for (const { place, memoryBytes, storedBytes, questions } of rounds) {
    const where = place === "file" ? "in a file" : "in memory";
    stored.push(series(`database ${where}`, "MB", [storedBytes / 1e6]));
    const memory = series(`a day ${where}`, "MB", [memoryBytes / 1e6]);
    verdicts.push(verdict(id, memory.name, memory, "most", barMb));
    for (const [name, times] of Object.entries(questions)) {
      const cost = series(`24 h, ${name}, ${where}`, "ms", times);
      verdicts.push(verdict(id, cost.name, cost, "most", barMs));
    }
  }
  return {
    id,
    title: "24 h of one chain's history: 4 providers × 2 transports × 12 methods × 2 strategies, 20 calls/s",
    series: stored,
    verdicts,
    notes: [
      "Memory is the worker's objects and SQLite's pages (of a file: its cache, as large as it may get); the thread itself takes some 5 MB more, once. " +
      "The other 5 MB of a chain's 10 are for what the main thread measures, which a test holds.",
    ],
    failure: null,
  };
}
