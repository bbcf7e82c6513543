// Bars of a run's timeline, one a second, in a box whose height is 100; and the names of who was picked.

import type { JSX } from "preact";
import { pickedProviders, type Point, pointMs, type Report } from "../../models/battle.ts";

export function Bars({ timeline, top, value, name }: {
  readonly timeline: readonly Point[];
  readonly top: number;
  readonly value: (point: Point) => number;
  readonly name: string;
}): JSX.Element {
  const width = pointMs(timeline);
  let path = "";
  for (const point of timeline) {
    const height = value(point) / (top || 1) * 100;
    if (height > 0) path += `M${point.at_ms + width * 0.08} 100v${-height}h${width * 0.84}v${height}z`;
  }
  return <path class={`bars ${name}`} d={path} />;
}

const colours = 6;

export function Picks({ report }: { readonly report: Report }): JSX.Element {
  const names = pickedProviders(report);
  const width = pointMs(report.timeline);
  const paths = names.map(() => "");
  for (const { at_ms, picks } of report.timeline) {
    const sum = Object.values(picks).reduce((a, b) => a + b, 0);
    let y = 100;
    names.forEach((name, i) => {
      const height = sum === 0 ? 0 : (picks[name] ?? 0) / sum * 100;
      y -= height;
      if (height > 0) paths[i] += `M${at_ms + width * 0.08} ${y}h${width * 0.84}v${height}h${-width * 0.84}z`;
    });
  }
  return <>{paths.map((d, i) => <path key={names[i]} class={`pick c${Math.min(i + 1, colours)}`} d={d} />)}
  </>;
}

export function PickNames({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <>
      {names.map((name, i) => (
        <span key={name} class="pick-name">
          <i class={`key c${Math.min(i + 1, colours)}`} />
          {name}
        </span>
      ))}
    </>
  );
}
