// What is to happen to one message's answer, once drawn: data that the overlay gives, and that the desk, the node and
// the ports obey.

import type { RpcFault } from "./rpc_fault.ts";

export interface MessageTwist {
  /** The answer comes so much later. */
  readonly extraMs: number;
  /** A page of the server in front instead of an answer. */
  readonly page: ServerPage | null;
  /** The whole text is damaged: a quote and the last brace are gone, or its second half. */
  readonly spoil: "malformed" | "truncated" | null;
  readonly answer: AnswerTwist | null;
}

export interface ServerPage {
  readonly status: number;
  readonly html: boolean;
  /** null: no such header. */
  readonly retryAfterS: number | null;
}

export interface AnswerTwist {
  /** Of the item at this position; a single request is at 0. */
  of(index: number): readonly ItemTwist[];
}

export type ItemTwist =
  /** Instead of running the method; `status`: of the HTTP answer, where the item is alone. */
  | { readonly kind: "error"; readonly fault: RpcFault; readonly status: number }
  | { readonly kind: "null" }
  /** So many bytes of hex instead of running the method. */
  | { readonly kind: "huge"; readonly bytes: number }
  | { readonly kind: "wrong_id" }
  /** There is no answer to it. */
  | { readonly kind: "missing" }
  | { readonly kind: "lie" };

/** Damages an answer's text as the twist says. */
export function spoilt(text: string, spoil: MessageTwist["spoil"]): string {
  if (spoil === null) return text;
  if (spoil === "truncated") return text.slice(0, text.length >> 1);
  const quote = text.indexOf('"', text.length >> 1);
  return (quote < 0 ? text : text.slice(0, quote) + text.slice(quote + 1)).slice(0, -1);
}
