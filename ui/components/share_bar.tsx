// Who got how much: a bar cut into shares, and the greatest of them in words.

import type { JSX } from "preact";
import { lineKinds } from "../models/line_colours.ts";
import { percent } from "../format/number.ts";

export function ShareBar({ shares, names, told = 2 }: {
  /** Largest first; 0..1. */
  readonly shares: readonly { readonly provider: string; readonly share: number }[];
  /** All that there are, in the order of their colours. */
  readonly names: readonly string[];
  /** So many are told in words. */
  readonly told?: number;
}): JSX.Element {
  const text = shares.map(({ provider, share }) => `${provider} ${percent(share)}`);
  return (
    <div class="shares" title={text.join(", ")}>
      <span class="share-bar" aria-hidden="true">
        {shares.map(({ provider, share }) => (
          <span key={provider} style={{ width: `${share * 100}%`, background: colourOf(provider, names) }} />
        ))}
      </span>
      <span>{text.slice(0, told).join(", ")}{text.length > told ? " …" : ""}</span>
    </div>
  );
}

export function colourOf(name: string, names: readonly string[]): string {
  return `var(--line-${Math.max(0, names.indexOf(name)) % lineKinds + 1})`;
}
