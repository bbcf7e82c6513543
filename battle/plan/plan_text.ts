// The page of `--dry-run`: what a plan would do and when, for people. Pure text from a plan; nothing is started.

import type { Fault, PlannedFault } from "../model/fault.ts";
import type { Plan, PlannedWorkload } from "../model/plan.ts";
import type { Arrival, Mix } from "../model/scenario.ts";

const BAR_COLUMNS = 60;
const RATE_SLICES = 12;

/** Ends with the plan's hash and a line end. */
export function planText(plan: Plan): string {
  const { scenario, seed, durationUs, warmupUs, workloads, faults, hash } = plan;
  const warmup = warmupUs === 0 ? "" : `, after a warm-up of ${seconds(warmupUs)}`;
  const lines = [scenario, `seed ${seed}, ${seconds(durationUs)}${warmup}`, "", "Workloads"];
  for (const workload of workloads) lines.push(...workloadLines(workload, plan));
  lines.push("", ...faultLines(faults, durationUs), "", `plan ${hash}`);
  return `${lines.join("\n")}\n`;
}

function workloadLines({ workload, calls }: PlannedWorkload, plan: Plan): string[] {
  const { name, kind, chain } = workload;
  const lines = [`  ${name}  (${kind}, ${chain})`];
  switch (workload.kind) {
    case "subscribers":
      return [...lines, `    ${workload.sockets} sockets, each subscribed to ${workload.subscription}`];
    case "replay":
      lines.push(`    ${workload.file}, ${decimal(workload.speed)} times as fast`);
      break;
    case "custom":
      lines.push(`    ${arrivalText(workload.arrival)}, a function of its own`);
      break;
    default: {
      const batch = workload.batch === 1 ? "" : `, ${workload.batch} calls in each`;
      const via = workload.via === null ? "" : `, via ${workload.via}`;
      lines.push(
        `    ${arrivalText(workload.arrival)}${batch}${via}, timeout ${seconds(workload.timeoutMs * 1000)}`,
      );
      lines.push(`    ${mixText(workload.mix)}`);
    }
  }
  if ("arrival" in workload && workload.arrival.kind === "closed") {
    return [...lines, `    ${count(calls.length, "call")} in turn, again and again to the end`];
  }
  const size = workload.kind === "http" || workload.kind === "ws" ? workload.batch : 1;
  const inWarmup = calls.findIndex(({ atUs }) => atUs >= 0);
  const before = (inWarmup === -1 ? calls.length : inWarmup) / size;
  const after = calls.length / size - before;
  lines.push(
    `    ${count(after, "request")}${before === 0 ? "" : `, and ${count(before, "request")} in the warm-up`}`,
  );
  return [...lines, `    each second: ${ratesText(calls.map(({ atUs }) => atUs), size, plan.durationUs)}`];
}

/** Mean rates of equal slices of the run, which are whole seconds where the run is long enough. */
function ratesText(times: readonly number[], size: number, durationUs: number): string {
  const sliceUs = Math.max(1e6, Math.ceil(durationUs / RATE_SLICES / 1e6) * 1e6);
  const slices = Math.ceil(durationUs / sliceUs);
  const counts = Array.from({ length: slices }, () => 0);
  for (const atUs of times) if (atUs >= 0) counts[Math.floor(atUs / sliceUs)]! += 1 / size;
  const rates = counts.map((requests, index) => {
    const lengthUs = Math.min(sliceUs, durationUs - index * sliceUs);
    return String(Math.round((requests * 1e6) / lengthUs));
  });
  return `${rates.join(" ")}  (mean of each ${seconds(sliceUs)})`;
}

function faultLines(faults: readonly PlannedFault[], durationUs: number): string[] {
  if (faults.length === 0) return ["No faults"];
  const ids = [...new Set(faults.map(({ id }) => id))];
  const width = Math.max(...ids.map((id) => id.length));
  const end = seconds(durationUs);
  const lines = ["Faults", `  ${" ".repeat(width)}  0 s${end.padStart(BAR_COLUMNS - 3)}`];
  for (const id of ids) {
    const stretches = faults.filter((fault) => fault.id === id);
    lines.push(`  ${id.padEnd(width)}  ${barText(stretches, durationUs)}`);
  }
  lines.push("");
  for (const fault of faults) lines.push(`  ${timeText(fault).padEnd(20)}  ${fault.id}: ${whatText(fault)}`);
  return lines;
}

/** `·` calm, `█` in force, `▌` a single act. */
function barText(stretches: readonly PlannedFault[], durationUs: number): string {
  const cells = Array.from({ length: BAR_COLUMNS }, () => "·");
  const column = (us: number): number =>
    Math.min(BAR_COLUMNS - 1, Math.floor((us / durationUs) * BAR_COLUMNS));
  for (const { startUs, endUs } of stretches) {
    if (endUs === null) cells[column(startUs)] = "▌";
    else for (let at = column(startUs); at <= column(Math.max(startUs, endUs - 1)); at++) cells[at] = "█";
  }
  return cells.join("");
}

function timeText({ startUs, endUs }: PlannedFault): string {
  return endUs === null ? `at ${seconds(startUs)}` : `${seconds(startUs)} to ${seconds(endUs)}`;
}

function whatText({ fault, chain, provider, share, methods }: PlannedFault): string {
  const where = provider === null ? (chain === null ? "the router" : chain) : `${chain}/${provider}`;
  const part = share === 1 ? "" : `, ${percent(share)} of requests`;
  const only = methods === null ? "" : `, only ${methods.join(", ")}`;
  return `${faultText(fault)} on ${where}${part}${only}`;
}

/** Kind and numbers: `brownout (extraMs 800)`. */
function faultText(fault: Fault): string {
  const { kind, ...amounts } = fault;
  const parts = Object.entries(amounts).filter(([, value]) => value !== null).map(([key, value]) =>
    `${key} ${value}`
  );
  return parts.length === 0 ? kind : `${kind} (${parts.join(", ")})`;
}

function arrivalText(arrival: Arrival): string {
  switch (arrival.kind) {
    case "closed":
      return `${count(arrival.concurrency, "client")}, each waiting for its answer`;
    case "constant":
    case "poisson":
      return `${arrival.kind} ${decimal(arrival.perSecond)}/s`;
    case "ramp":
      return `ramp from ${decimal(arrival.fromPerSecond)}/s to ${decimal(arrival.toPerSecond)}/s`;
    case "spike":
      return `${decimal(arrival.perSecond)}/s, from ${seconds(arrival.atMs * 1000)} for ${
        seconds(arrival.forMs * 1000)
      } ${decimal(arrival.peakPerSecond)}/s`;
    case "steps":
      return `steps of ${seconds(arrival.eachMs * 1000)}: ${arrival.perSecond.map(decimal).join(", ")}/s`;
  }
}

function mixText(mix: Mix): string {
  const entries = Object.entries(mix).toSorted(([, a], [, b]) => b - a);
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  return entries.map(([method, weight]) => `${method} ${percent(weight / total)}`).join(", ");
}

function percent(share: number): string {
  return `${decimal(share * 100)} %`;
}

/** At most one digit behind the point. */
function decimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `1.5 s`, to the millisecond. */
function seconds(us: number): string {
  return `${Math.round(us / 1000) / 1000} s`;
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString("en-US")} ${noun}${amount === 1 ? "" : "s"}`;
}
