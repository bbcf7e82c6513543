// Stretches of time: sorted, not overlapping, from (inclusive) to (exclusive), in µs. Scopes, health and margins are
// made of them. Pure.

export interface Span {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Sorted, with what overlaps or touches joined; empty ones are left out. */
export function union(spans: Iterable<Span>): Span[] {
  const sorted = [...spans].filter(({ fromUs, toUs }) => toUs > fromUs).sort((a, b) => a.fromUs - b.fromUs);
  const joined: { fromUs: number; toUs: number }[] = [];
  for (const { fromUs, toUs } of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs);
    else joined.push({ fromUs, toUs });
  }
  return joined;
}

/** What of `within` none of the united `spans` covers. */
export function complement(spans: readonly Span[], within: Span): Span[] {
  const free: Span[] = [];
  let atUs = within.fromUs;
  for (const { fromUs, toUs } of spans) {
    if (fromUs > atUs) free.push({ fromUs: atUs, toUs: Math.min(fromUs, within.toUs) });
    atUs = Math.max(atUs, toUs);
  }
  free.push({ fromUs: atUs, toUs: within.toUs });
  return union(free);
}

/** The part of two unions that both cover. */
export function intersection(a: readonly Span[], b: readonly Span[]): Span[] {
  const both: Span[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [one, other] = [a[i]!, b[j]!];
    const fromUs = Math.max(one.fromUs, other.fromUs);
    const toUs = Math.min(one.toUs, other.toUs);
    if (toUs > fromUs) both.push({ fromUs, toUs });
    if (one.toUs < other.toUs) i++;
    else j++;
  }
  return both;
}

export function covers(spans: readonly Span[], atUs: number): boolean {
  const found = firstEndingAfter(spans, atUs);
  return found !== undefined && found.fromUs <= atUs;
}

/** Does anything of `fromUs` to `toUs` (both inclusive) lie in them? */
export function touches(spans: readonly Span[], fromUs: number, toUs: number): boolean {
  const found = firstEndingAfter(spans, fromUs);
  return found !== undefined && found.fromUs <= toUs;
}

export function lengthUs(spans: readonly Span[]): number {
  return spans.reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0);
}

function firstEndingAfter(spans: readonly Span[], atUs: number): Span | undefined {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.toUs > atUs) high = middle;
    else low = middle + 1;
  }
  return spans[low];
}
