// Places of an axis' marks: round numbers from 0, few enough to be read. Pure.

/** 0, and multiples of 1, 2 or 5 times a power of ten, up to `end`; about `most` of them. */
export function ticksTo(end: number, most = 5): number[] {
  if (!(end > 0)) return [0];
  const rough = end / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((times) => times * power).find((one) => one >= rough) ?? rough;
  const ticks: number[] = [];
  for (let i = 0; i * step <= end * (1 + 1e-9); i++) ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}
