// A result as it may leave the house: secrets masked everywhere, not in the config alone, whole characters, and finite
// numbers. Every reporter starts from it, and none writes what it did not pass.

import { maskText } from "../../core/redact.ts";
import type { ScenarioResult } from "../model/result.ts";

/** Keys whose text is a secret wherever they stand in the config; below `headers` every text is. */
const secretKey = /token|secret|passw|authorization|cookie|credential|api_?key|private_?key/i;

/**
 * `secrets`: texts that must not appear anywhere, such as keys that a run planted in URLs; shorter than six
 * characters are not looked for.
 */
export function safeResult(result: ScenarioResult, secrets: Iterable<string> = []): ScenarioResult {
  const known = [...secrets];
  const text = (value: string): string => maskText(value.toWellFormed(), known);
  const safe = mapDeep({ ...finiteResult(result), config: maskConfig(result.config, "") }, text);
  return safe as ScenarioResult;
}

function maskConfig(value: unknown, key: string): unknown {
  if (typeof value === "string") return secretKey.test(key) && value !== "" ? "***" : value;
  if (Array.isArray(value)) return value.map((item) => maskConfig(item, key));
  if (typeof value !== "object" || value === null) return value;
  const below = (name: string): string => /headers$/i.test(key) ? "secret" : secretKey.test(key) ? key : name;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, maskConfig(item, below(name))]),
  );
}

/** A quantity that could not be told is null where the model has null for that; any other is 0. */
function finiteResult(result: ScenarioResult): ScenarioResult {
  const { comparison } = result;
  return {
    ...result,
    slos: result.slos.map((slo) => ({ ...slo, value: finite(slo.value) })),
    faults: result.faults.map((fault) => ({
      ...fault,
      detectionMs: finite(fault.detectionMs),
      shiftMs: finite(fault.shiftMs),
      recoveryMs: finite(fault.recoveryMs),
    })),
    timeline: result.timeline.map((point) => ({
      ...point,
      p50Ms: finite(point.p50Ms),
      p99Ms: finite(point.p99Ms),
    })),
    comparison: comparison && {
      ...comparison,
      ours: finite(comparison.ours),
      baseline: finite(comparison.baseline),
      change: finite(comparison.change),
      interval: comparison.interval?.every(Number.isFinite) ? comparison.interval : null,
    },
  };
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function mapDeep(value: unknown, text: (value: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : 0;
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined && typeof item !== "function")
      .map(([key, item]) => [text(key), mapDeep(item, text)]),
  );
}
