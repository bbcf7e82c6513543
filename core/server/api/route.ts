// One route of the API, declared once: path, who may call it, zod schemas of what comes in and what goes out, and its
// handler. `mount.ts` puts routes on hono and checks what comes in; `openapi.ts` describes the same declarations.

import type { z } from "zod";

/** `open`: anybody. `read`: by api.md's rule on reads. `admin`: by its rules on admin calls, and audited. */
export type RouteAccess = "open" | "read" | "admin";

/** What a handler gives; becomes `{ data, window?, n?, next? }`. */
export interface Answer<Data> {
  readonly data: Data;
  /** The time that the figures are about: ISO 8601, and the width of a point in ms where there are points. */
  readonly window?: { readonly from: string; readonly to: string; readonly step_ms?: number };
  /** Samples behind the figures, or rows in all where that is known. */
  readonly n?: number;
  /** Cursor of the next page; null: there is none. */
  readonly next?: string | null;
  /** Default: 200. Another one only where the route declares it in `errors`. */
  readonly status?: 200 | 503;
  /** Further header lines, lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Who called, as far as a handler may know it. */
export interface Caller {
  /** Address cut to a prefix, for the audit log. */
  readonly from: string;
  /** The admin token, loopback's own rule, or neither. */
  readonly by: "token" | "loopback" | "open";
}

export interface RouteCall<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

export interface RouteSpec<Params, Query, Body, Data> {
  readonly method: "get" | "post" | "put" | "delete";
  /** `/api/requests/{id}`. */
  readonly path: string;
  /** Section of the description: chains, observation, analytics, admin … */
  readonly tag: string;
  /** A short sentence. */
  readonly summary: string;
  readonly description?: string;
  readonly access: RouteAccess;
  /** Of `{name}`s in the path; a strict object. */
  readonly params?: z.ZodType<Params>;
  /** A strict object over texts (query_types.ts has the pieces). None: no parameter is allowed. */
  readonly query?: z.ZodType<Query>;
  /** JSON. None: the body must be empty or `{}`. */
  readonly body?: z.ZodType<Body>;
  /** Schema of `data`. */
  readonly data: z.ZodType<Data>;
  /** The answer is `data` alone, of this media type: a text as it is, anything else as JSON. */
  readonly media?: string;
  /** Statuses of errors beside 400, 401 and 403, with what each means here. */
  readonly errors?: Readonly<Partial<Record<404 | 409 | 413 | 422 | 503, string>>>;
  /** For the description: path and query (default: the path), and JSON body, of a call that works on `lasso demo`. */
  readonly example?: { readonly target?: string; readonly body?: unknown };
  /** Throws ApiError to refuse. */
  handle(call: RouteCall<Params, Query, Body>): Answer<Data> | Promise<Answer<Data>>;
}

/** A route whose schemas are known only at run time; made by `route`. */
export type Route = RouteSpec<unknown, unknown, unknown, unknown>;

/** Declares a route: types of the handler follow from the schemas. */
export function route<Params = unknown, Query = unknown, Body = unknown, Data = unknown>(
  spec: RouteSpec<Params, Query, Body, Data>,
): Route {
  return spec as unknown as Route;
}
