// May a call be sent again? Replay safety comes before everything that a failure's verdict allows (spec: product.md
// section 4). Pure; asked by run.ts.

import type { Verdict } from "../rpc/category.ts";
import type { MethodInfo } from "../rpc/methods.ts";

/** Reads and raw transactions may be sent again; all else is sent once, whatever came of it. */
export function mayRepeat({ replay }: MethodInfo): boolean {
  return replay === "read" || replay === "send";
}

/** May another channel be tried after this failure? `sent`: the upstream may have got the request. */
export function mayGoOn(info: MethodInfo, { next, category }: Verdict, sent: boolean): boolean {
  if (next === "no") return false;
  if (mayRepeat(info) || !sent) return true;
  return category === "unsupported" || category === "rate_limited" || category === "quota" ||
    category === "auth";
}
