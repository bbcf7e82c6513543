// Boxes and lines of the network's drawing.

import type { JSX } from "preact";

export function Edge({ from: [x1, y1], to: [x2, y2], share, state = "up" }: {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly share: number;
  readonly state?: string;
}): JSX.Element {
  const bend = (x1 + x2) / 2;
  const kind = state === "open" || state === "off" ? " broken" : share > 0 ? " used" : "";
  return (
    <path
      class={`edge${kind}`}
      stroke-width={share > 0 ? 1.2 + 5 * Math.min(1, share) : 1.2}
      d={`M${x1} ${y1}C${bend} ${y1} ${bend} ${y2} ${x2} ${y2}`}
    />
  );
}

export function Box({ x, y, width, title, text }: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly title: string;
  readonly text: string;
}): JSX.Element {
  return (
    <g class="node">
      <rect x={x + 0.5} y={y - 22} width={width - 1} height={44} rx={6} />
      <text x={x + width / 2} y={y - 3} class="name">{title}</text>
      <text x={x + width / 2} y={y + 14}>{text}</text>
    </g>
  );
}
