// The numbers by which outcomes stand in stored cells. They are part of the file's format: the list may only grow at
// its end, and nothing in it may ever be renamed. An outcome that is not listed is stored by its name.

const names = [
  "", // 0: the name follows.
  "ok",
  "error",
  "client",
  "revert",
  "tx_known",
  "tx_rejected",
  "range",
  "rate_limited",
  "quota",
  "auth",
  "wrong_chain",
  "missing_data",
  "unsupported",
  "syncing",
  "server",
  "timeout",
  "transport",
  "malformed",
  "integrity",
  "unknown",
  "cancelled",
  "overloaded",
  "parse",
  "invalid_request",
  "too_large",
  "unknown_chain",
  "unknown_provider",
  "refused_method",
  "websocket_only",
  "unauthorised",
  "gap",
  "internal",
  "win",
  "loss",
  "missed",
  "drained",
] as const;

export const outcomeNames: readonly string[] = names;

const numbers = new Map<string, number>(names.map((name, number) => [name, number]));

/** 0 where it has none. */
export function outcomeNumber(name: string): number {
  return numbers.get(name) ?? 0;
}

export const okNumber = 1;
