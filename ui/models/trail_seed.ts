// The minute before the page was opened, so that a spark line is whole at once: history's seconds, smoothed over ten of
// them as the feed's figure is. Pure.

export interface HistoryLine {
  readonly key: { readonly chain?: string };
  readonly points: readonly { readonly at: string; readonly value: number | null }[];
}

const smoothed = 10;

/** A value per second, oldest first, at most `most`; the seconds that are not over yet are left out. */
export function seedOf(lines: readonly HistoryLine[], chain: string, most: number): (number | null)[] {
  const values = lines.find(({ key }) => key.chain === chain)?.points.map(({ value }) => value) ?? [];
  while (values.at(-1) === null) values.pop();
  const begin = values.findIndex((value) => value !== null);
  if (begin < 0) return [];
  return values.map((_, i) => {
    if (i < begin) return null;
    const window = values.slice(Math.max(begin, i - smoothed + 1), i + 1);
    return window.reduce<number>((sum, value) => sum + (value ?? 0), 0) / window.length;
  }).slice(-most);
}

/** What came with the feed stays; the seed fills the time before it. */
export function withSeed(
  seed: readonly (number | null)[],
  trail: readonly (number | null)[],
  most: number,
): readonly (number | null)[] {
  const room = most - trail.length;
  return room <= 0 ? trail.slice(-most) : [...seed.slice(-room), ...trail];
}
