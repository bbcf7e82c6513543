// How good a provider is at races, as one number (spec: product.md, section 6). Pure; used by rankings and by the view
// that strategies get.

/**
 * winRate × 1/(1 + avgMargin/100) × log10(max(races, 1)): winning counts, losing by little counts less than losing by
 * much, and so does a record of many races more than one of few. 0 to about 5. `avgMarginMs`: over losses, null: none.
 */
export function raceScore(races: number, wins: number, avgMarginMs: number | null): number {
  if (races === 0) return 0;
  return wins / races / (1 + (avgMarginMs ?? 0) / 100) * Math.log10(Math.max(races, 1));
}
