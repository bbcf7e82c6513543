// Questions to the REST API, and what changes something. The admin token is asked once and kept in memory for the tab,
// never stored. Errors come back as values with the API's own sentence and hint.

import { type ReadonlySignal, signal } from "@preact/signals";

export interface ApiProblem {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export type ApiResult<Data> =
  | {
    readonly ok: true;
    readonly data: Data;
    readonly next: string | null;
    readonly n: number | null;
    readonly window: Window | null;
  }
  | { readonly ok: false; readonly problem: ApiProblem };

export interface Window {
  readonly from: string;
  readonly to: string;
  readonly step_ms?: number;
}

const tokenSignal = signal<string | null>(null);
export const token: ReadonlySignal<string | null> = tokenSignal;

export function setToken(value: string | null): void {
  tokenSignal.value = value;
}

export async function ask<Data>(path: string, signal?: AbortSignal): Promise<ApiResult<Data>> {
  return await request<Data>("GET", path, undefined, signal);
}

/** False: the router answers, and wants a token, or another one. */
export async function mayRead(): Promise<boolean> {
  const answer = await ask("/v1/chains");
  return answer.ok || !isDenied(answer.problem);
}

/** null: it is the router's token. Asked with a read that changes nothing. */
export async function tokenProblem(given: string): Promise<ApiProblem | null> {
  const answer = await request("GET", "/api/admin/audit?limit=1", undefined, undefined, given);
  return answer.ok ? null : answer.problem;
}

/** No token, or one that is not taken. */
export function isDenied({ status }: ApiProblem): boolean {
  return status === 401 || status === 403;
}

/** A change: POST, PUT or DELETE with a JSON body. */
export async function act<Data>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body: unknown = {},
): Promise<ApiResult<Data>> {
  return await request<Data>(method, path, body);
}

async function request<Data>(
  method: string,
  path: string,
  body: unknown,
  signal?: AbortSignal,
  bearer = tokenSignal.peek(),
): Promise<ApiResult<Data>> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (bearer !== null) headers["authorization"] = `Bearer ${bearer}`;
  try {
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    if (signal !== undefined) init.signal = signal;
    const response = await fetch(path, init);
    const answer = await response.json();
    if (response.ok) {
      return {
        ok: true,
        data: answer.data,
        next: answer.next ?? null,
        n: answer.n ?? null,
        window: answer.window ?? null,
      };
    }
    const { code = "unknown", message = `HTTP ${response.status}`, hint = null } = answer.error ?? {};
    return { ok: false, problem: { status: response.status, code, message, hint } };
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    const message = "The router did not answer.";
    return { ok: false, problem: { status: 0, code: "unreachable", message, hint: "Is it running?" } };
  }
}

/** The same question for a terminal. */
export function curlOf(path: string): string {
  const auth = tokenSignal.value === null ? "" : ` -H "Authorization: Bearer $LASSO_ADMIN_TOKEN"`;
  return `curl -s${auth} '${new URL(path, location.href).href}'`;
}
