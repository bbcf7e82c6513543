// The one error class of Lasso. Thrown only at the edges (config, plugins, CLI); the hot path returns values.
// Lines of `message` come in a fixed order: what happened, where, how to fix it. Never holds a secret: callers
// pass URLs through `maskUrl` first.

/** Facts about an error that a program may read. Values must be free of secrets. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

export interface LassoErrorOptions {
  /** Where it happened: a path with line and column, a config path, a plugin id. */
  readonly place?: string;
  /** How to fix it, one sentence. */
  readonly hint?: string;
  readonly details?: ErrorDetails;
  /** Anchor below docs/, for instance `config.md#providers`. */
  readonly docs?: string;
  readonly cause?: unknown;
}

/** Stable codes: `config`, `plugin`, `usage`, `io`, `internal`. */
export type LassoErrorCode = "config" | "plugin" | "usage" | "io" | "internal";

export class LassoError extends Error {
  override readonly name = "LassoError";
  readonly code: LassoErrorCode;
  readonly summary: string;
  readonly place: string | undefined;
  readonly hint: string | undefined;
  readonly details: ErrorDetails;
  readonly docs: string | undefined;

  constructor(code: LassoErrorCode, summary: string, options: LassoErrorOptions = {}) {
    const lines = [summary];
    if (options.place !== undefined) lines.push(`  at ${options.place}`);
    if (options.hint !== undefined) lines.push(`  fix: ${options.hint}`);
    if (options.docs !== undefined) lines.push(`  docs: docs/${options.docs}`);
    super(lines.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.summary = summary;
    this.place = options.place;
    this.hint = options.hint;
    this.details = options.details ?? {};
    this.docs = options.docs;
  }
}

/** The text of anything that was thrown; never a stack trace. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === "string" ? thrown : String(thrown);
}
