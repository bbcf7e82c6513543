// Quotas of this month: how much is used, and when they will be used up if it goes on like this.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { count, none, percent } from "../../format/number.ts";
import { utc } from "../../format/time.ts";
import type { Asked } from "../../models/asked.ts";
import { bases, type Costs, type Forecast, type Quota } from "../../models/cost_rows.ts";
import { chainInView } from "../../models/view.ts";

export function Quotas(
  { asked, path }: { readonly asked: Asked<Costs>; readonly path: string },
): JSX.Element {
  return (
    <Panel title="Quotas" note="Units of this calendar month (UTC)" api={path} wide>
      <Answered
        asked={asked}
        isEmpty={({ quotas }) => quotas.length === 0}
        empty={
          <>
            No provider{chainInView.value === null ? "" : ` of ${chainInView.value}`}{" "}
            has a quota. Give it one by <code>cost.monthly_quota</code>{" "}
            in the config, and its use and forecast stand here.
          </>
        }
      >
        {({ quotas }) => (
          <ul class="quotas">
            {[...quotas].sort((a, b) => b.share - a.share).map((quota) => (
              <QuotaItem key={`${quota.chain} ${quota.provider}`} quota={quota} />
            ))}
          </ul>
        )}
      </Answered>
    </Panel>
  );
}

/** From here on a quota is nearly used up. */
const nearly = 0.9;

function QuotaItem({ quota: { chain, provider, used, max, share, forecasts } }: {
  readonly quota: Quota;
}): JSX.Element {
  return (
    <li>
      <p>
        <b>{provider}</b> <span class="muted">{chain}</span>
        <span class="figure">
          {count(used)} of {count(max)} units, {percent(share)}
          {share >= 1 ? ": used up" : share >= nearly ? ": nearly used up" : ""}
        </span>
      </p>
      <span class="bar" aria-hidden="true">
        <span
          class={share >= nearly ? "over" : undefined}
          style={{ width: `${Math.min(1, share) * 100}%` }}
        />
      </span>
      <ul class="note">
        {forecasts.map((one) => <li key={one.basis}>{forecastText(one)}</li>)}
      </ul>
    </li>
  );
}

function forecastText(
  { basis, days_of_data, units_per_day, used_up_at, units_at_month_end, share_at_month_end, note }: Forecast,
): string {
  const rests = `By ${bases[basis]} (${count(days_of_data)} d of data): `;
  if (units_per_day === null) return `${rests}no forecast${note === null ? "" : `, ${note}`}`;
  const end = units_at_month_end === null
    ? ""
    : `, ${count(units_at_month_end)} at the month's end (${
      share_at_month_end === null ? none : `${count(share_at_month_end * 100)} %`
    })`;
  const up = used_up_at === null ? "" : `; used up on ${utc(Date.parse(used_up_at)).slice(0, 16)} UTC`;
  return `${rests}${count(units_per_day)} a day${end}${up}${note === null ? "" : `. ${note}`}`;
}
