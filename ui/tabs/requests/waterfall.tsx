// The attempts of a call as bars on one time axis, each with its outcome in words. A failed one is hatched, so that it
// is told apart without its colour.

import type { JSX } from "preact";
import { millis } from "../../format/number.ts";
import { type Attempt, axisEnd, barOf, outcomeKind, type WholeCall } from "../../models/calls.ts";
import { ticksTo } from "../../models/ticks.ts";
import { OutcomeState } from "./outcome_state.tsx";

export function Waterfall({ call }: { readonly call: WholeCall }): JSX.Element {
  const { attempts } = call;
  const end = axisEnd(call);
  return (
    <section class="waterfall" aria-labelledby="attempts">
      <h3 id="attempts">{attempts.length === 1 ? "1 attempt" : `${attempts.length} attempts`}</h3>
      {attempts.length === 0
        ? (
          <p class="quiet-line">
            {call.outcome === "ok"
              ? "Lasso knew the answer, or asked together with another call."
              : "No provider could be asked."}
          </p>
        )
        : (
          <>
            <Axis end={end} />
            <ol>
              {attempts.map((attempt, index) => (
                <li key={index}>
                  <Lane number={index + 1} attempt={attempt} end={end} />
                </li>
              ))}
            </ol>
          </>
        )}
    </section>
  );
}

function Axis({ end }: { readonly end: number }): JSX.Element {
  return (
    <div class="lane axis" aria-hidden="true">
      <span class="track">
        {ticksTo(end, 4).map((tick) => (
          <span key={tick} class="tick" style={{ left: `${tick / end * 100}%` }}>
            <span class={tick / end > 0.9 ? "late" : tick === 0 ? "first" : undefined}>{millis(tick)}</span>
          </span>
        ))}
      </span>
    </div>
  );
}

function Lane({ number, attempt, end }: {
  readonly number: number;
  readonly attempt: Attempt;
  readonly end: number;
}): JSX.Element {
  const { provider, transport, started_ms, ms, outcome } = attempt;
  const { left, width } = barOf(attempt, end);
  return (
    <div class="lane">
      <span class="lane-name">
        <span class="muted">{number}</span> <b>{provider}</b> <span class="muted">{transport}</span>
      </span>
      <OutcomeState outcome={outcome} />
      <span class="figure" title={`Began ${millis(started_ms)} after the call's arrival`}>
        <span class="hidden">began after {millis(started_ms)}, took</span> {millis(ms)}
      </span>
      <span class="track" aria-hidden="true">
        {ticksTo(end, 4).map((tick) => (
          <span key={tick} class="tick" style={{ left: `${tick / end * 100}%` }} />
        ))}
        <span class={`attempt ${outcomeKind(outcome)}`} style={{ left: `${left}%`, width: `${width}%` }} />
      </span>
    </div>
  );
}
