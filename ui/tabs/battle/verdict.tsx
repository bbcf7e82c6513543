// A verdict: shape, word, colour; the same of a report, an SLO and a check.

import type { JSX } from "preact";
import { Shape } from "../../components/state.tsx";

const kinds = {
  pass: ["up", "good"],
  fail: ["open", "bad"],
  inconclusive: ["unknown", "away"],
} as const;

export function Verdict({ verdict }: { readonly verdict: string }): JSX.Element {
  const [shape, name] = verdict in kinds ? kinds[verdict as keyof typeof kinds] : kinds.inconclusive;
  return (
    <span class={`outcome ${name}`}>
      <Shape state={shape} />
      {verdict}
    </span>
  );
}
