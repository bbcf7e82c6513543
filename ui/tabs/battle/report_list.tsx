// The reports of `lasso battle` in the data folder, newest first; those that failed can be told at a glance.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { Search } from "../../components/search.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { bytes, none } from "../../format/number.ts";
import { shortTime, utc } from "../../format/time.ts";
import { useAsked } from "../../models/asked.ts";
import type { BattleRow } from "../../models/battle.ts";
import { now } from "../../models/store.ts";
import { go, param } from "../../models/view.ts";
import { HtmlReport } from "./html_report.tsx";
import { Verdict } from "./verdict.tsx";

const path = "/api/battles?limit=200";

const columns: readonly Column<BattleRow>[] = [
  {
    id: "verdict",
    head: "Verdict",
    by: ({ verdict }) => verdict,
    cell: ({ verdict, problem }) =>
      verdict === null ? <span class="result-failed">{problem ?? none}</span> : <Verdict verdict={verdict} />,
  },
  {
    id: "scenario",
    head: "Scenario",
    by: ({ scenario }) => scenario,
    cell: ({ id, scenario }) => <ViewLink to={{ params: { report: id } }}>{scenario ?? nameOf(id)}</ViewLink>,
  },
  { id: "run", head: "Run", minor: true, by: ({ id }) => id, cell: ({ id }) => id.split("~")[0] },
  {
    id: "at",
    head: "Written",
    figure: true,
    by: ({ at }) => at,
    cell: ({ at }) => (
      <time dateTime={at} title={utc(Date.parse(at))}>{shortTime(Date.parse(at), now.value)}</time>
    ),
  },
  {
    id: "bytes",
    head: "Size",
    figure: true,
    minor: true,
    by: ({ bytes: size }) => size,
    cell: ({ bytes: size }) => bytes(size),
  },
  { id: "html", head: "Page", minor: true, cell: (row) => row.html ? <HtmlReport id={row.id} /> : none },
];

export function ReportList(): JSX.Element {
  const asked = useAsked<readonly BattleRow[]>(path, 15_000).value;
  const words = param("q").toLowerCase();
  const rows = (asked.data ?? []).filter(({ id, scenario, verdict }) =>
    words === "" || `${id} ${scenario ?? ""} ${verdict ?? ""}`.toLowerCase().includes(words)
  );
  if (asked.problem?.code === "no_data_folder") {
    return (
      <Panel title="Reports" api={path} wide>
        <p class="quiet-line">
          There is no data folder, so there are no reports: everything is kept in memory. Start Lasso with
          {" "}
          <code>--data-dir DIR</code> or set <code>server.data_dir</code>.
        </p>
      </Panel>
    );
  }
  return (
    <Panel
      title="Reports"
      note={asked.data === null || asked.data.length === 0 ? undefined : tally(asked.data)}
      api={path}
      actions={<Search placeholder="scenario, run, verdict" />}
      wide
    >
      <Answered
        asked={asked}
        isEmpty={() => rows.length === 0}
        empty={words === ""
          ? (
            <>
              No report is in the data folder yet. <code>lasso battle failover</code>{" "}
              kills a provider under load and leaves one there.
            </>
          )
          : "No report fits."}
      >
        {() => (
          <Table
            name="reports"
            caption="Reports of battles"
            natural="newest first"
            columns={columns}
            rows={rows}
            keyOf={({ id }) => id}
            open={({ id }) => go({ params: { report: id } })}
            selected={({ id }) => id === param("report")}
          />
        )}
      </Answered>
    </Panel>
  );
}

function tally(rows: readonly BattleRow[]): string {
  const n = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const others = rows.length - n("pass") - n("fail");
  return `${n("pass")} pass, ${n("fail")} fail${others > 0 ? `, ${others} neither` : ""}`;
}

function nameOf(id: string): string {
  return id.split("~")[1] ?? id;
}
