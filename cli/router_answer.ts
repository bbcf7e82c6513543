// What a running router says to the commands that ask one (explain, compare): its JSON, or in words that it is no router.

import { LassoError } from "../core/errors.ts";
import { isRecord } from "../core/rpc/json_values.ts";

/** The slowest question is a comparison over many days. */
const answerWithinMs = 120_000;

/** The answer's JSON and its status. Rejects with LassoError `io`, or as fetch does, where no router answers. */
export async function askRouter(
  url: URL,
  token: string | undefined,
): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const response = await fetch(url, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(answerWithinMs),
  });
  return { status: response.status, body: await answerOf(response) };
}

/** Throws LassoError `io` where the answer is none of a router's: no JSON, neither `data` nor `error.message`. */
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
    if (data !== undefined || (isRecord(error) && typeof error.message === "string")) return body;
  }
  throw new LassoError("io", `what answers is no Lasso (status ${response.status})`);
}
