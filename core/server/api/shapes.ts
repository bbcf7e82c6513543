// Shapes that answers of several groups share.

import { z } from "zod";

/** A moment as ISO 8601 in UTC. */
export const at: z.ZodType<string> = z.string().meta({ format: "date-time", description: "ISO 8601, UTC." });

/** A share from 0 to 1. */
export const ratio: z.ZodType<number> = z.number().min(0).max(1);

/** Milliseconds; null without a sample. */
export const ms: z.ZodType<number | null> = z.number().nullable();

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** To a thousandth; null stays. */
export function rounded(value: number): number;
export function rounded(value: number | null): number | null;
export function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
