// Cells of the providers' table that say why where there is no figure.

import type { JSX } from "preact";
import { millis, none, percent } from "../../format/number.ts";
import { errorWords, failShare, type ProviderRow } from "../../models/provider_rows.ts";

export function Share({ share }: { readonly share: number | null }): JSX.Element {
  if (share === null) return <span title="No attempt in the last minute">{none}</span>;
  return (
    <span class="share">
      <span class="bar" aria-hidden="true">
        <span style={{ width: `${share * 100}%` }} />
      </span>
      {percent(share)}
    </span>
  );
}

export function Errors({ row }: { readonly row: ProviderRow["transport"] }): JSX.Element {
  const words = errorWords(row.errors);
  if (words !== null) return <span class="warned">{percent(failShare(row))}: {words}</span>;
  const nothing = row.fiveMinutes.n === 0;
  return (
    <span class="muted" title={nothing ? "No attempt in 5 minutes" : undefined}>{nothing ? none : "0"}</span>
  );
}

export function Time({ ms, n }: { readonly ms: number | null; readonly n: number }): JSX.Element {
  const why = n === 0 ? "No attempt in 5 minutes" : "None of the attempts has a time";
  return <span title={ms === null ? why : `5 minutes, n = ${n}`}>{millis(ms)}</span>;
}
