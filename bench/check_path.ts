// A look at a path before it is measured: a benchmark of errors is worth nothing. Called by every figure that sends.

import { messageOf } from "../core/errors.ts";

/** One JSON-RPC eth_call as the load generators send it; all ids and counters have one length. */
export function ethCall(id: number, counter: number): string {
  const to = `0x${"c0ffee00".repeat(5)}`;
  const data = `0x70a08231${counter.toString(16).padStart(32, "0")}`;
  return `{"jsonrpc":"2.0","id":${id},"method":"eth_call","params":[{"to":"${to}","data":"${data}"},"latest"]}`;
}

export const firstId = 1_000_000_000;

/** Sends a few calls. Throws unless each gives status 200, its own id and exactly this result. */
export async function checkPath(
  name: string,
  url: string,
  result: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  for (let nth = 1; nth <= 3; nth++) {
    const id = firstId + nth;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: ethCall(id, nth),
    }).catch((thrown: unknown) => {
      throw new Error(`${name} can't be reached: ${messageOf(thrown)}`);
    });
    const text = await response.text();
    const fault = response.status === 200 ? answerFault(text, id, result) : `status ${response.status}`;
    if (fault !== null) {
      throw new Error(`${name} does not answer as it should: ${fault}: ${text.slice(0, 300)}`);
    }
  }
}

/** What is wrong with an answer; null: nothing. */
export function answerFault(text: string, id: number, result: string): string | null {
  let answer: { readonly id?: unknown; readonly result?: unknown };
  try {
    answer = JSON.parse(text) as typeof answer;
  } catch {
    return "no JSON";
  }
  if (answer.id !== id) return `id ${JSON.stringify(answer.id)}, not ${id}`;
  if (answer.result !== result) return "another result";
  return null;
}
