// The configuration in force as it may be shown: names in snake case as in the file, secrets masked. What can hold one
// is masked whole: tokens, keys, header values; of URLs the host stays.

import { maskText, maskUrl } from "../../redact.ts";
import { withoutSecrets } from "./audit.ts";

const hidden = "***";
/** Members whose names the user chose; they stay as they are. */
const maps: ReadonlySet<string> = new Set(["headers", "methods"]);

export function configView(value: unknown, name = ""): unknown {
  if (value === null || value === undefined) return null;
  switch (name) {
    case "adminToken":
      return hidden;
    case "url":
    case "wsUrl":
      return typeof value === "string" ? maskUrl(value) : hidden;
    case "headers":
    case "tls":
      return Object.fromEntries(Object.keys(value as object).map((key) => [key, hidden]));
    case "options":
      return withoutSecrets(value);
  }
  if (typeof value === "string") return maskText(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map((item) => configView(item));
  if (typeof value !== "object") return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      maps.has(name) ? key : snakeCase(key),
      configView(member, maps.has(name) ? "" : key),
    ]),
  );
}

/** `attemptTimeoutMs` becomes `attempt_timeout_ms`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
