// The hash by which two plans are known to be the same: SHA-256 over a text with one spelling. Numbers are written as
// integers, what is not whole in millionths; object members are sorted. Names of files and functions are left out: the
// calls that come of them are in it.

import { createHash } from "node:crypto";
import type { Plan } from "../model/plan.ts";

/** Hex. */
export function planHash({ durationUs, warmupUs, workloads, faults }: Omit<Plan, "hash">): string {
  const hash = createHash("sha256");
  hash.update(`lasso plan 1\n${durationUs} ${warmupUs}\n`);
  for (const { workload, calls } of workloads) {
    hash.update(`workload ${canonicalText(withoutFile(workload))} ${calls.length}\n`);
    let chunk = "";
    for (const { atUs, method, params } of calls) {
      chunk += `${atUs} ${method} ${params}\n`;
      if (chunk.length > 65_536) {
        hash.update(chunk);
        chunk = "";
      }
    }
    hash.update(chunk);
  }
  for (const fault of faults) hash.update(`fault ${canonicalText(fault)}\n`);
  return hash.digest("hex");
}

function withoutFile(workload: Plan["workloads"][number]["workload"]): unknown {
  if (workload.kind !== "replay") return workload;
  const { file: _file, ...rest } = workload;
  return rest;
}

/** One text for one value: plain data; members that are functions or undefined are left out. */
export function canonicalText(value: unknown): string {
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? String(value) : `${Math.round(value * 1e6)}u`;
  }
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined && typeof member !== "function")
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => `${JSON.stringify(key)}:${canonicalText(member)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}
