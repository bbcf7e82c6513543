// Reads parsed JSON of upstreams and clients, who may send anything: objects and hex quantities. Never throws; what is
// something else is said by null or undefined. For parts that look inside; the calls' own way keeps wire text as it is.

/** The JSON object of a text; null for anything else. */
export function readRecord(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/** A JSON object that is no array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A hex quantity as a number; undefined for anything else, also beyond 2^53. */
export function readQuantity(value: unknown): number | undefined {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}
