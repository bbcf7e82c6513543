// Colours of a terminal, or none: who writes text asks for a meaning and never spells an escape code.

import type { Verdict } from "../model/result.ts";

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  verdict(verdict: Verdict, text: string): string;
}

const codes: Readonly<Record<Verdict, string>> = { pass: "32", fail: "31", inconclusive: "33" };

/** `color` false: text comes back as it is. */
export function painter(color: boolean): Paint {
  const paint = (code: string, text: string): string =>
    color && text !== "" ? `\x1b[${code}m${text}\x1b[0m` : text;
  return {
    bold: (text) => paint("1", text),
    dim: (text) => paint("2", text),
    verdict: (verdict, text) => paint(`1;${codes[verdict]}`, text),
  };
}
