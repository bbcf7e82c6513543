// Rows of a run's timeline: a name and a plot, or a name and spans, all of one time axis with the faults behind them.

import type { ComponentChildren, JSX } from "preact";
import { millis } from "../../format/number.ts";
import type { Span, SpanLane } from "../../models/battle.ts";
import { ticksTo } from "../../models/ticks.ts";

interface PlotProps {
  readonly end: number;
  readonly bands: readonly Span[];
}

export function Row({ end, bands, name, note, children }: PlotProps & {
  readonly name: string;
  readonly note: ComponentChildren;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <div class="row">
      <p class="row-name">
        {name} <span class="note">{note}</span>
      </p>
      <div class="plot" aria-hidden="true">
        <Bands end={end} bands={bands} />
        <svg viewBox={`0 0 ${end} 100`} preserveAspectRatio="none">{children}</svg>
      </div>
    </div>
  );
}

export function SpanRow({ end, bands, lane, about }: PlotProps & {
  readonly lane: SpanLane;
  readonly about: "fault" | "breaker";
}): JSX.Element {
  const said = lane.spans.slice(0, 12).map(({ from, to, what }) =>
    `${what} ${millis(from)} to ${millis(to)}`
  );
  return (
    <div class="row">
      <p class="row-name">
        <span class="muted">{about}</span> {lane.label}
        <span class="hidden">: {said.join(", ")}</span>
      </p>
      <div class="plot thin" aria-hidden="true">
        <Bands end={end} bands={bands} />
        {lane.spans.map(({ from, to, what }) => (
          <span
            key={`${from} ${what}`}
            class={`span ${about} ${what.replace(" ", "-")}`}
            title={`${what}, ${millis(from)} to ${millis(to)}`}
            style={{ left: `${from / end * 100}%`, width: `${Math.max(0.3, (to - from) / end * 100)}%` }}
          />
        ))}
      </div>
    </div>
  );
}

/** The faults behind each plot. */
function Bands({ end, bands }: PlotProps): JSX.Element {
  return (
    <>
      {bands.map(({ from, to }) => (
        <span
          key={from}
          class="band"
          style={{ left: `${from / end * 100}%`, width: `${Math.max(0.2, (to - from) / end * 100)}%` }}
        />
      ))}
    </>
  );
}

export function Axis({ end }: { readonly end: number }): JSX.Element {
  return (
    <div class="row axis" aria-hidden="true">
      <span />
      <div class="plot">
        {ticksTo(end, 6).map((tick) => (
          <span key={tick} class="tick" style={{ left: `${tick / end * 100}%` }}>
            <span class={tick / end > 0.92 ? "late" : tick === 0 ? "first" : undefined}>
              {tick === 0 ? "0" : millis(tick)}
            </span>
          </span>
        ))}
      </div>
    </div>
  );
}
