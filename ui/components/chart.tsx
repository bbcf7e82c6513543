// A picture of lines over the page's time, drawn by uPlot. Its cursor is shared by all charts of the page; the arrow
// keys move it too. Drawn anew with the data, the theme and the width.

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import type { ChartData } from "../models/chart_data.ts";
import type { ShownUnit } from "../models/chart_units.ts";
import type { Mark, MarkGroup } from "../models/marks.ts";
import { theme } from "../models/theme.ts";
import type { Timeline } from "../models/timeline.ts";
import { type ChartColours, chartColours, onSystemTheme } from "./chart_colours.ts";
import { drawMarks, markGroups } from "./chart_marks.ts";
import { chartOptions, cursorKey } from "./chart_options.ts";
import { MarkNote } from "./mark_note.tsx";

export interface ChartProps {
  readonly data: ChartData;
  readonly time: Timeline;
  readonly unit: ShownUnit;
  /** Colour and stroke of each line (line_colours.ts). */
  readonly colours: readonly number[];
  /** What the picture shows, in words. */
  readonly label: string;
  readonly marks: readonly Mark[];
  /** CSS px. */
  readonly height: number;
  /** The cursor is at this point; null: nowhere. */
  readonly onPoint: (at: number | null) => void;
}

/** Marks so near the cursor are told. */
const nearPx = 8;

export function Chart(props: ChartProps): JSX.Element {
  const { data, unit, label, height } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const newest = useRef(props);
  newest.current = props;
  const [near, setNear] = useState<{ left: number; groups: readonly MarkGroup[] } | null>(null);
  const colours = useMemo((): { now: ChartColours | null } => ({ now: null }), []);
  const lines = props.colours;

  useEffect(() => {
    const place = host.current;
    if (place === null) return;
    const point = (at: number | null, left: number): void => {
      newest.current.onPoint(at);
      const isHere = at !== null && (place.matches(":hover") || place === document.activeElement);
      const groups = isHere && plot.current !== null
        ? markGroups(plot.current, newest.current.marks).filter(({ x }) => Math.abs(x - left) <= nearPx)
        : [];
      setNear(groups.length === 0 ? null : { left, groups });
    };
    const options = chartOptions({
      unit,
      lines,
      height,
      width: Math.max(place.clientWidth, 80),
      colours: () => colours.now ??= chartColours(place),
      span: () => newest.current.time,
      pointed: point,
      drawn: (drawn) => drawMarks(drawn, newest.current.marks, colours.now ??= chartColours(place)),
    });
    const made = plot.current = new uPlot(options, aligned(newest.current.data), place);
    const watch = new ResizeObserver(() => {
      const width = Math.max(place.clientWidth, 80);
      if (width !== made.width) made.setSize({ width, height });
    });
    watch.observe(place);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [unit, lines.join(), height]);

  useEffect(() => plot.current?.setData(aligned(data)), [data]);
  useEffect(() => plot.current?.redraw(false), [props.marks]);
  useEffect(() => {
    const repaint = (): void => {
      colours.now = null;
      plot.current?.redraw(false);
    };
    repaint();
    return onSystemTheme(repaint);
  }, [theme.value]);

  return (
    <div class="chart">
      <div
        ref={host}
        role="img"
        aria-label={label}
        tabIndex={0}
        style={{ height: `${height}px` }}
        onKeyDown={(event) => plot.current !== null && step(plot.current, event)}
        onBlur={() => pointAll(null)}
      />
      {near !== null && <MarkNote {...near} width={host.current?.clientWidth ?? 0} />}
    </div>
  );
}

function aligned({ times, lines }: ChartData): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

/** Left and right move the cursor by a point, Home and End to the ends, Esc takes it away. */
function step(plot: uPlot, event: KeyboardEvent): void {
  const times = plot.data[0];
  const last = times.length - 1;
  const at = plot.cursor.left === undefined || plot.cursor.left < 0 ? null : plot.cursor.idx ?? null;
  const next = {
    ArrowLeft: Math.max(0, (at ?? last + 1) - 1),
    ArrowRight: Math.min(last, (at ?? -1) + 1),
    Home: 0,
    End: last,
    Escape: null,
  }[event.key];
  if (next === undefined || last < 0) return;
  event.preventDefault();
  pointAll(next === null ? null : times[next] ?? null);
}

/** The cursors of all charts of the page. `at`: epoch ms; null: nowhere. */
function pointAll(at: number | null): void {
  for (const plot of uPlot.sync(cursorKey).plots) {
    plot.setCursor(at === null ? { left: -10, top: -10 } : { left: plot.valToPos(at, "x"), top: 1 });
  }
}
