// What a running router says to the commands that ask one (explain, compare): its JSON, or in words that it is no router.

import { LassoError, messageOf } from "../core/errors.ts";
import { isRecord } from "../core/rpc/json_values.ts";

/** A router looks such an answer up: one that takes longer hangs, or is none. */
export const lookUpWithinMs = 10_000;
/** A comparison over many days is reckoned. */
export const reckonWithinMs = 120_000;

/** The answer's JSON and its status. Rejects with LassoError `io` where no router answers, or not within so many ms. */
export async function askRouter(
  url: URL,
  token: string | undefined,
  withinMs: number,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  // What fetch says of such a one would show it.
  if (token && !/^[\x21-\x7e]+$/.test(token)) {
    throw new LassoError("io", "it can't be asked: the token must be printable ASCII without spaces");
  }
  const signal = AbortSignal.timeout(withinMs);
  try {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const response = await fetch(url, { headers, signal });
    return { status: response.status, body: await answerOf(response) };
  } catch (thrown) {
    if (thrown instanceof LassoError) throw thrown;
    throw new LassoError(
      "io",
      signal.aborted ? `no answer came within ${withinMs / 1_000} s` : reasonOf(thrown),
    );
  }
}

/** Why fetch failed stands in the cause, behind the URL. */
function reasonOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : undefined;
  if (cause === undefined) return messageOf(thrown);
  return messageOf(cause).replace(/^error sending request for url \([^)]*\): /, "");
}

/** Throws LassoError `io` where the answer is none of a router's: no JSON, neither `data` nor an error in words. */
async function answerOf(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  if (isRecord(body)) {
    const { data, error } = body;
    const isError = isRecord(error) && typeof error.code === "string" && typeof error.message === "string";
    if (data !== undefined || isError) return body;
  }
  throw new LassoError("io", `what answers is no Lasso (status ${response.status})`);
}
