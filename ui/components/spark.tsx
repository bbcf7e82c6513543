// A line of the last minute, without axes: whether it rises, falls or breaks off. The figure itself stands beside it.

import type { JSX } from "preact";

const width = 96;
const height = 22;

export function Spark({ values, label, top: most }: {
  /** Oldest first; null: nothing was measured. */
  readonly values: readonly (number | null)[];
  readonly label: string;
  /** What the upper edge stands for. Default: the greatest value. */
  readonly top?: number;
}): JSX.Element {
  const known = values.filter((value) => value !== null);
  const top = most ?? (Math.max(...known, 0) || 1);
  let path = "";
  let pen = "M";
  values.forEach((value, i) => {
    if (value === null) return void (pen = "M");
    const x = width - (values.length - 1 - i) * width / 59;
    path += `${pen}${x.toFixed(1)} ${(height - 1 - value / top * (height - 2)).toFixed(1)}`;
    pen = "L";
  });
  return (
    <svg class="spark" viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
