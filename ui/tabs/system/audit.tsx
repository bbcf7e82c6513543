// Who did what by the admin API, what was refused included.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { At } from "../../components/ago.tsx";
import { Answered } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { none } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import type { AuditRow } from "../../models/system.ts";
import { AdminOnly } from "./admin_only.tsx";

const path = "/api/admin/audit?limit=100";

const columns: readonly Column<AuditRow>[] = [
  { id: "at", head: "Time", cell: ({ at }) => <At at={Date.parse(at)} /> },
  {
    id: "action",
    head: "Call",
    wide: true,
    by: ({ action }) => action,
    cell: ({ action }) => <code>{action}</code>,
  },
  { id: "body", head: "With", minor: true, cell: (row) => <span class="muted">{withText(row)}</span> },
  { id: "by", head: "By", minor: true, cell: ({ by, from }) => `${by}, ${from}` },
  {
    id: "status",
    head: "Answer",
    by: ({ status }) => status,
    cell: ({ ok, status }) => (
      <span class={`outcome ${ok ? "good" : "bad"}`}>
        <Shape state={ok ? "up" : "open"} />
        {ok ? "done" : "refused"} {status}
      </span>
    ),
  },
];

export function Audit(): JSX.Element {
  const [round, setRound] = useState(0);
  return (
    <AdminOnly
      title="Audit"
      name="audit"
      about="last 24 h"
      api={path}
      again={() => setRound(round + 1)}
      wide
    >
      {() => <Rows key={round} />}
    </AdminOnly>
  );
}

function Rows(): JSX.Element {
  const asked = useAsked<readonly AuditRow[]>(path).value;
  return (
    <Answered asked={asked} empty="No admin call came in the last 24 h.">
      {(rows) => (
        <Table
          name="audit"
          stacks
          caption="Admin calls"
          natural="newest first"
          columns={columns}
          rows={rows}
          keyOf={(row) => `${row.at} ${row.action} ${rows.indexOf(row)}`}
        />
      )}
    </Answered>
  );
}

function withText({ query, body }: AuditRow): string {
  const given = [query, body].filter((one) => one !== undefined).map((one) => JSON.stringify(one));
  return given.length === 0 ? none : given.join(" ");
}
