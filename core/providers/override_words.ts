// What the operator has done to a provider, in words, as status, API and dashboard show it. Reads only; the times are
// in core/routing/overrides.ts.

import type { Provider } from "./provider.ts";

/** `drained; http breaker held open; WebSocket kept closed`, as far as it applies; null: nothing. */
export function overrideWords({ drained, channels }: Provider): string | null {
  const words = drained ? ["drained"] : [];
  for (const { protocol, breaker: { forced }, disconnected } of channels) {
    if (forced !== null) words.push(`${protocol} breaker held ${forced}`);
    if (disconnected) words.push("WebSocket kept closed");
  }
  return words.length === 0 ? null : words.join("; ");
}
