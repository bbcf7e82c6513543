// A call that history does not have: what the feed said of it, and why it is not there.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { millis } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { ofFeed, outcomeKind } from "../../models/calls.ts";
import type { RoutingRow } from "../../models/reduce.ts";
import { OutcomeState } from "./outcome_state.tsx";

export function NotKept({ live, waiting, again }: {
  readonly live: RoutingRow | null;
  readonly waiting: boolean;
  readonly again: () => void;
}): JSX.Element {
  return (
    <>
      {live !== null && <Known live={live} />}
      <p role="status">
        {waiting ? "Not in history yet: looking again …" : <Reason live={live} />}
      </p>
      {!waiting && (
        <p class="buttons">
          <button type="button" onClick={again}>Look again</button>
        </p>
      )}
    </>
  );
}

/** What the live feed had of it. */
function Known({ live }: { readonly live: RoutingRow }): JSX.Element {
  const { method, chain, provider, transport, strategy, outcome, retries, duration_ms, at } = ofFeed(live);
  return (
    <>
      <p class="call-headline">
        <strong class="mono">{method}</strong>
        <OutcomeState outcome={outcome} retries={retries} />
        <span class="figure">{millis(duration_ms)}</span>
      </p>
      <dl class="pairs call-facts">
        <dt>Ended</dt>
        <dd>
          <At at={at} />
        </dd>
        <dt>Chain</dt>
        <dd>{chain}</dd>
        <dt>Answered by</dt>
        <dd>{provider === null ? "no provider" : `${provider} ${transport}`}, ranked by {strategy}</dd>
      </dl>
    </>
  );
}

function Reason({ live }: { readonly live: RoutingRow | null }): JSX.Element {
  if (live === null) {
    return (
      <>
        No such call was kept. Kept are all failures, failovers and hedged calls (at most 200 a second) and a
        sample of the rest (at most 20 a second); the oldest go first. Is the id complete?
      </>
    );
  }
  const kind = outcomeKind(live.result);
  if ((kind === "good" || kind === "own") && live.failover_count === 0) {
    return (
      <>
        Its attempts were not kept: it was served at the first attempt, and of such calls a sample is kept (at
        most 20 a second). Failures and failovers are kept.
      </>
    );
  }
  return <Notable />;
}

function Notable(): JSX.Element {
  const { data } = useAsked<{ readonly calls_not_kept: number | null }>("/api/config").value;
  const left = data?.calls_not_kept ?? 0;
  return (
    <>
      Such a call is kept, unless more than 200 of them come in a second
      {left > 0 ? `: ${left} were left out since the start.` : "; none was left out so far."}{" "}
      It may still be on its way into history.
    </>
  );
}
