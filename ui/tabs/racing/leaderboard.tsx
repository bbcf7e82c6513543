// Who wins: races, wins, margins and the score that the strategy `leaderboard` reads.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { RangeSwitch } from "../../components/range.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, millis, percent } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { focusedChain } from "../../models/focus.ts";
import { range } from "../../models/timeline.ts";
import { go } from "../../models/view.ts";
import { eventInView, EventSwitch } from "./event_switch.tsx";

/** As /api/leaderboard/{chain}?by=race gives it. */
interface Rank {
  readonly rank: number;
  readonly provider: string;
  readonly transport: string;
  readonly score: number | null;
  readonly races: number | null;
  readonly wins: number | null;
  readonly losses: number | null;
  readonly missed: number | null;
  readonly win_rate: number | null;
  readonly avg_margin_ms: number | null;
}

const everyMs = 10_000;
const scoreIs = "win rate × 1 / (1 + average margin in ms / 100) × log10(races)";

export function Leaderboard(): JSX.Element {
  const chain = focusedChain.value;
  const event = eventInView();
  const query = `by=race&event=${event}&window=${range.value.id}`;
  const path = chain === null ? null : `/api/leaderboard/${encodeURIComponent(chain)}?${query}`;
  const { value } = useAsked<readonly Rank[]>(path, everyMs);
  const races = Math.max(0, ...value.data?.map((one) => one.races ?? 0) ?? []);
  return (
    <Panel
      title="Leaderboard"
      note={`${chain ?? "no chain"}, ${count(races)} ${
        races === 1 ? "race" : "races"
      } in ${range.value.label}. Strategies read the score of 24 h.`}
      {...(path === null ? {} : { api: path })}
      wide
      actions={
        <>
          <EventSwitch />
          <RangeSwitch />
        </>
      }
    >
      <Answered
        asked={value}
        empty={`No race was run in this time. A race needs two providers with a WebSocket, and a client that is subscribed to ${event}.`}
      >
        {(ranks) => (
          <Table
            name="ranks"
            caption="Leaderboard"
            natural="best score first"
            columns={columnsFor(ranks)}
            rows={ranks}
            keyOf={({ provider, transport }) => `${provider} ${transport}`}
            open={({ provider }) => go({ tab: "providers", chain, params: { provider } })}
            stacks
          />
        )}
      </Answered>
    </Panel>
  );
}

function columnsFor(ranks: readonly Rank[]): readonly Column<Rank>[] {
  const top = Math.max(0, ...ranks.map(({ score }) => score ?? 0)) || 1;
  return [
    { id: "rank", head: "#", cell: ({ rank }) => rank, by: ({ rank }) => rank, figure: true },
    {
      id: "provider",
      head: "Provider",
      cell: ({ provider, transport }) => (
        <>
          <b>{provider}</b> <span class="muted">{transport}</span>
        </>
      ),
      by: ({ provider }) => provider,
    },
    {
      id: "score",
      head: "Score",
      title: scoreIs,
      cell: ({ score }) => (
        <>
          {count(score)}
          <span class="bar thin" aria-hidden="true">
            <span style={{ width: `${(score ?? 0) / top * 100}%` }} />
          </span>
        </>
      ),
      by: ({ score }) => score,
      figure: true,
    },
    { id: "races", head: "Races", cell: ({ races }) => count(races), by: ({ races }) => races, figure: true },
    { id: "wins", head: "Wins", cell: ({ wins }) => count(wins), by: ({ wins }) => wins, figure: true },
    {
      id: "rate",
      head: "Win rate",
      cell: ({ win_rate }) => percent(win_rate),
      by: ({ win_rate }) => win_rate,
      figure: true,
    },
    {
      id: "losses",
      head: "Losses",
      cell: ({ losses }) => count(losses),
      by: ({ losses }) => losses,
      figure: true,
    },
    {
      id: "missed",
      head: "Missed",
      title: "It did not deliver in time",
      cell: ({ missed }) => (
        <span class={(missed ?? 0) > 0 ? "result-failed" : undefined}>{count(missed)}</span>
      ),
      by: ({ missed }) => missed,
      figure: true,
    },
    {
      id: "margin",
      head: "Behind",
      title: "Average margin of the races that it lost; – where it lost none",
      cell: ({ avg_margin_ms }) => millis(avg_margin_ms),
      by: ({ avg_margin_ms }) => avg_margin_ms,
      figure: true,
    },
  ];
}
