// How a call ends: as a value. The server turns it into bytes, the request log into a line.

import type { Category } from "../rpc/category.ts";
import type { Refusal } from "../rpc/refusal.ts";
import type { AnswerStream } from "./answer_stream.ts";

export type Outcome =
  /** The result as the upstream wrote it (wire text). */
  | { readonly kind: "result"; readonly result: string }
  /** A result too long to hold: its beginning and the rest on its way. Failover is over. */
  | { readonly kind: "stream"; readonly stream: AnswerStream }
  /** An upstream's error that belongs to the caller, as it wrote it (wire text). */
  | { readonly kind: "error"; readonly error: string; readonly category: Category; readonly code: number }
  | { readonly kind: "refusal"; readonly refusal: Refusal };
