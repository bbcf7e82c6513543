// What history answers, for routes: a question that can't be answered is 503, not an internal error.

import { messageOf } from "../../errors.ts";
import { maskText } from "../../redact.ts";
import { ApiError } from "./api_error.ts";

/** What the 503 of a route that asks history means, for its declaration. */
export const unavailable = "History can't be asked at this moment.";

export async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    const why = maskText(messageOf(thrown)).slice(0, 256);
    throw new ApiError(
      503,
      "history_unavailable",
      `History can't be asked: ${why}.`,
      "Try again in a second.",
    );
  }
}
