// How a call or an attempt ended: shape, words, colour. A failover that was served is said, too.

import type { JSX } from "preact";
import type { ProviderState } from "../../../core/server/feed_model.ts";
import { Shape } from "../../components/state.tsx";
import { type OutcomeKind, outcomeKind, outcomeText } from "../../models/calls.ts";

const shapes: Readonly<Record<OutcomeKind, ProviderState>> = {
  good: "up",
  own: "up",
  away: "off",
  bad: "open",
};

export function OutcomeState({ outcome, retries = 0 }: {
  readonly outcome: string;
  readonly retries?: number;
}): JSX.Element {
  const kind = outcomeKind(outcome);
  const isServed = kind === "good" || kind === "own";
  const moved = isServed && retries > 0;
  const after = `after ${retries} ${retries === 1 ? "retry" : "retries"}`;
  return (
    <span class={`outcome ${moved ? "moved" : kind}`}>
      <Shape state={moved ? "lagging" : shapes[kind]} />
      <span>
        {outcomeText(outcome)}
        {moved && ` ${after}`}
      </span>
    </span>
  );
}
