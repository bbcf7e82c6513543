// The run on one time axis: faults and breakers as spans, requests, who was picked, latency and failovers below each
// other, so that cause and effect line up. Shapes are stretched to the width; words are HTML and keep their size.

import type { JSX } from "preact";
import { count, millis, rate } from "../../format/number.ts";
import {
  breakerLanes,
  endOf,
  faultBands,
  faultLanes,
  linePath,
  pickedProviders,
  type Point,
  pointMs,
  type Report,
} from "../../models/battle.ts";
import { Bars, PickNames, Picks } from "./bars.tsx";
import { SecondsTable } from "./seconds_table.tsx";
import { Axis, Row, SpanRow } from "./timeline_rows.tsx";

export function Timeline({ report }: { readonly report: Report }): JSX.Element {
  const { timeline } = report;
  if (timeline.length === 0) return <p class="quiet-line">The report has no timeline: nothing was asked.</p>;
  const end = endOf(report);
  const width = pointMs(timeline);
  const perSecond = 1_000 / width;
  const most = (value: (point: Point) => number): number => Math.max(...timeline.map(value));
  const [topRequests, topFailovers] = [most(({ requests }) => requests), most(({ failovers }) => failovers)];
  const topMs = most(({ p99_ms, p50_ms }) => p99_ms ?? p50_ms ?? 0);
  const failures = timeline.reduce((sum, point) => sum + point.failures, 0);
  const plot = { end, bands: faultBands(report) };
  return (
    <section class="battle-time" aria-label="Timeline of the run">
      {faultLanes(report).map((lane) => <SpanRow key={lane.label} {...plot} lane={lane} about="fault" />)}
      {breakerLanes(report, end).map((lane) => (
        <SpanRow key={lane.label} {...plot} lane={lane} about="breaker" />
      ))}
      <Row
        {...plot}
        name="Requests"
        note={`up to ${rate(topRequests * perSecond)}${
          failures > 0 ? `, ${count(failures)} failed` : ", none failed"
        }`}
      >
        <Bars timeline={timeline} top={topRequests} value={({ requests }) => requests} name="asked" />
        <Bars timeline={timeline} top={topRequests} value={(point) => point.failures} name="broken" />
      </Row>
      <Row {...plot} name="First picks" note={<PickNames names={pickedProviders(report)} />}>
        <Picks report={report} />
      </Row>
      <Row
        {...plot}
        name="Latency"
        note={
          <>
            <i class="key p50" />p50 <i class="key p99" />p99, up to {millis(topMs)}
          </>
        }
      >
        <path class="line p99" d={linePath(timeline, ({ p99_ms }) => p99_ms, topMs)} />
        <path class="line p50" d={linePath(timeline, ({ p50_ms }) => p50_ms, topMs)} />
      </Row>
      <Row
        {...plot}
        name="Failovers"
        note={topFailovers === 0 ? "none" : `up to ${rate(topFailovers * perSecond)}`}
      >
        <Bars timeline={timeline} top={topFailovers} value={({ failovers }) => failovers} name="moved" />
      </Row>
      <Axis end={end} />
      <p class="note">
        From the end of the warm-up. Calls are counted in the second in which they were due, so those under
        way when a fault begins stand before it.
      </p>
      <SecondsTable timeline={timeline} />
    </section>
  );
}
