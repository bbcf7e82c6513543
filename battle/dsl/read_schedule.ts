// Reads when a fault is in force: `at()`, `every()`, `flap()` with `.for()` or `.ramp()`. Times are measured against the
// run, so that nothing is planned that could never happen. Called by read_faults.ts.

import type { FaultSchedule } from "../model/fault.ts";
import type { FaultEntry } from "./fault_table.ts";
import { OptionReader } from "./option_reader.ts";
import type { FaultPart, ModifierCall } from "./parts.ts";
import { type Problems, show } from "./problems.ts";
import { durationMs } from "./units.ts";

const DEFAULT_RAMP_STEPS = 5;
const durationFix = 'write a number with ms, s, m or h, for instance "15s"';

/** `runMs` 0: the run's length is wrong itself, so nothing is measured against it. */
export function readSchedule(
  part: FaultPart,
  entry: FaultEntry,
  step: string,
  runMs: number,
  problems: Problems,
): FaultSchedule {
  const { schedule, modifiers } = part;
  const length = lengthOf(modifiers, entry, step, problems);
  const inTime = (atMs: number): number => {
    if (runMs > 0 && atMs >= runMs) {
      problems.add(
        step,
        `it begins at ${seconds(atMs)}, when the run of ${seconds(runMs)} is over`,
        "let it begin earlier, or make the run longer",
      );
    }
    return atMs;
  };
  switch (schedule.kind) {
    case "at": {
      const atMs = inTime(timeOf(schedule.args[0], step, problems));
      const endMs = atMs + (length.forMs ?? 0);
      if (runMs > 0 && atMs < runMs && endMs > runMs) {
        problems.add(
          step,
          `it ends at ${seconds(endMs)}, after the run of ${seconds(runMs)}`,
          "let it end with the run, or leave out .for()",
        );
      }
      if (length.steps === null) return { kind: "at", atMs, forMs: length.forMs };
      return { kind: "ramp", fromMs: atMs, forMs: length.forMs ?? 0, steps: length.steps };
    }
    case "every": {
      const everyMs = spanOf(schedule.args[0], step, problems);
      const options = new OptionReader(schedule.args[1], step, problems);
      const fromMs = inTime(options.duration("from", everyMs));
      options.end();
      refuseRamp(length, step, problems);
      if (length.forMs === null && entry.act === false) {
        problems.add(step, "nothing says how long each of them lasts", 'add .for("2s")');
      } else if (length.forMs !== null && length.forMs >= everyMs) {
        problems.add(
          step,
          `each lasts ${seconds(length.forMs)}, and the next begins after ${seconds(everyMs)}`,
          "make .for() shorter than the period",
        );
      }
      return { kind: "every", everyMs, fromMs, forMs: length.forMs };
    }
    case "flap": {
      const options = new OptionReader(schedule.args[0], step, problems);
      const [onMs, offMs] = [options.span("on"), options.span("off")];
      const fromMs = inTime(options.duration("from", 0));
      options.end();
      refuseRamp(length, step, problems);
      if (entry.act !== false) {
        problems.add(step, "it happens at one moment, and can't be on and off", "use at() or every()");
      }
      return { kind: "flap", fromMs, forMs: length.forMs ?? Math.max(0, runMs - fromMs), onMs, offMs };
    }
  }
}

interface Length {
  readonly forMs: number | null;
  /** Of a ramp. */
  readonly steps: number | null;
}

function lengthOf(
  modifiers: readonly ModifierCall[],
  entry: FaultEntry,
  step: string,
  problems: Problems,
): Length {
  const given = modifiers.filter(({ name }) => name === "for" || name === "ramp");
  const call = given.at(-1);
  if (call === undefined) return { forMs: null, steps: null };
  if (given.length > 1) {
    problems.add(step, "its length is given twice", "leave one of .for() and .ramp() out");
  }
  if (entry.act === true) {
    problems.add(step, "it happens at one moment, and has no length", `leave out .${call.name}()`);
  }
  const forMs = spanOf(call.args[0], step, problems);
  if (call.name === "for") return { forMs, steps: null };
  if (!entry.graded) {
    problems.add(step, "it has no strength that could grow", "use .for() instead of .ramp()");
  }
  const options = new OptionReader(call.args[1], step, problems);
  const steps = options.whole("steps", 1, DEFAULT_RAMP_STEPS);
  options.end();
  return { forMs, steps };
}

function refuseRamp({ steps }: Length, step: string, problems: Problems): void {
  if (steps === null) return;
  problems.add(step, "only a fault that happens once can grow", "use at(), or .for() instead of .ramp()");
}

function timeOf(value: unknown, step: string, problems: Problems): number {
  const ms = durationMs(value);
  if (ms === null) problems.add(step, `the time must be a duration: it is ${show(value)}`, durationFix);
  return ms ?? 0;
}

function spanOf(value: unknown, step: string, problems: Problems): number {
  const ms = durationMs(value);
  if (ms !== null && ms > 0) return ms;
  problems.add(step, `the length must be a duration above 0: it is ${show(value)}`, durationFix);
  return 1;
}

export function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
