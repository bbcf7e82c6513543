// A message that broke HTTP, as a value. The parsers of both directions return it; nothing here is thrown.
// For a request `status` is what it is answered with; for a response it only says how it was broken.

export interface HttpFault {
  readonly kind: "fault";
  /** 400, 408, 413, 414, 417, 431, 501 or 505. */
  readonly status: number;
  /** One short sentence that quotes nothing of what was received. */
  readonly message: string;
}

export function httpFault(status: number, message: string): HttpFault {
  return { kind: "fault", status, message };
}

export function isFault(value: object): value is HttpFault {
  return (value as { readonly kind?: unknown }).kind === "fault";
}
