// What a route throws to refuse: a status, a stable code, a sentence and what helps. Everything else that is thrown is
// an internal error.

export type ApiStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 426 | 500 | 503;

export class ApiError extends Error {
  readonly status: ApiStatus;
  readonly code: string;
  readonly hint: string | null;
  readonly details: unknown;

  constructor(
    status: ApiStatus,
    code: string,
    message: string,
    hint: string | null = null,
    details?: unknown,
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.details = details;
  }

  /** The body of the answer. */
  get body(): unknown {
    const { code, message, hint, details } = this;
    return {
      error: {
        code,
        message,
        ...(hint === null ? {} : { hint }),
        ...(details === undefined ? {} : { details }),
      },
    };
  }
}

/** The chain is not configured; `known`: names of those that are. */
export function unknownChain(name: string, known: readonly string[]): ApiError {
  const shown = JSON.stringify(name.slice(0, 64));
  return new ApiError(
    404,
    "unknown_chain",
    `The chain ${shown} is not configured.`,
    `Known: ${known.join(", ")}.`,
  );
}
