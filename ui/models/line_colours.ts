// Which colour and stroke a line has: the same provider or strategy has the same one in all charts, whatever their
// order there. Pure.

/** So many can be told apart. */
export const lineKinds = 6;

/** By line: 0 to 5. `known`: names in a fixed order; a line that is none of them takes what is free. */
export function lineColours(labels: readonly string[], known: readonly string[]): readonly number[] {
  const taken = new Set<number>();
  const wanted = labels.map((label) => {
    const at = known.indexOf(label);
    if (at < 0 || taken.has(at % lineKinds)) return null;
    taken.add(at % lineKinds);
    return at % lineKinds;
  });
  return wanted.map((colour) => {
    if (colour !== null) return colour;
    let free = 0;
    while (taken.has(free) && free < lineKinds - 1) free++;
    taken.add(free);
    return free;
  });
}
