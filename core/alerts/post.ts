// One attempt at handing a message to a webhook: POST of JSON, five seconds, no redirect followed. What comes back is
// told without the URL, which is a secret. Not on any hot path, so the platform's fetch does.

import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import { maskText } from "../redact.ts";

export type PostResult =
  | { readonly ok: true }
  | {
    readonly ok: false;
    /** Free of secrets. */
    readonly error: string;
    /** May it go well another time? */
    readonly again: boolean;
    /** What the receiver asked for, in ms; null: nothing. */
    readonly retryAfterMs: number | null;
  };

/** Never rejects. */
export type Post = (url: string, body: string, signal: AbortSignal) => Promise<PostResult>;

const timeoutMs = 5_000;

/** Statuses that say nothing against the message: the receiver is busy, or not there yet. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

export function postByFetch(clock: Clock, userAgent: string): Post {
  return async (url, body, signal) => {
    const stop = new AbortController();
    const end = (): void => stop.abort();
    signal.addEventListener("abort", end);
    const timer = clock.after(timeoutMs, end);
    try {
      const { bare, authorization } = withoutUser(url);
      const response = await fetch(bare, {
        method: "POST",
        body,
        redirect: "manual",
        signal: stop.signal,
        headers: { "content-type": "application/json", "user-agent": userAgent, ...authorization },
      });
      const result = judge(response.status, response.headers.get("retry-after"), clock.wallNow());
      // Whatever it holds, it is of no use and may never end.
      await response.body?.cancel().catch(() => {});
      return result;
    } catch (thrown) {
      const error = stop.signal.aborted
        ? signal.aborted ? "given up" : `no answer within ${timeoutMs / 1_000} s`
        : failureText(thrown, url);
      return { ok: false, error, again: true, retryAfterMs: null };
    } finally {
      timer.cancel();
      signal.removeEventListener("abort", end);
    }
  };
}

/** What a status means. `retryAfter`: the header, if there is one. */
export function judge(status: number, retryAfter: string | null, wallNow: number): PostResult {
  if (status >= 200 && status < 300) return { ok: true };
  const again = status >= 500 || passing.has(status);
  const what = status >= 300 && status < 400
    ? `HTTP ${status}: redirects are not followed`
    : `HTTP ${status}`;
  return { ok: false, error: what, again, retryAfterMs: again ? readRetryAfter(retryAfter, wallNow) : null };
}

/** RFC 9110 10.2.3: seconds, or a date. */
export function readRetryAfter(header: string | null, wallNow: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const at = /[a-z]/i.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - wallNow);
}

function withoutUser(url: string): { bare: string; authorization: Record<string, string> } {
  const parsed = new URL(url);
  const { username, password } = parsed;
  if (username === "" && password === "") return { bare: url, authorization: {} };
  parsed.username = "";
  parsed.password = "";
  const pair = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return {
    bare: parsed.href,
    authorization: { authorization: `Basic ${btoa(String.fromCharCode(...pair))}` },
  };
}

/** The cause says what happened, behind the URL. */
function failureText(thrown: unknown, url: string): string {
  const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown;
  const text = messageOf(cause).replace(/^error sending request (?:for url \(.*?\))?:\s*/, "");
  return maskText(text.replaceAll(url, "***")).slice(0, 200);
}
