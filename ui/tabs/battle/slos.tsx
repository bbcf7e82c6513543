// What was promised and what was measured, then the checks; what did not hold comes first.

import type { JSX } from "preact";
import { type Column, Table } from "../../components/table.tsx";
import { count } from "../../format/number.ts";
import { type Report, scopeText, type Slo, sloFigure, sloName } from "../../models/battle.ts";
import { Verdict } from "./verdict.tsx";

const columns: readonly Column<Slo>[] = [
  {
    id: "verdict",
    head: "Verdict",
    wide: true,
    by: ({ verdict }) => verdict,
    cell: ({ verdict }) => <Verdict verdict={verdict} />,
  },
  { id: "key", head: "Objective", by: ({ key }) => key, cell: ({ key }) => sloName(key) },
  { id: "scope", head: "Of", minor: true, cell: ({ scope }) => scopeText(scope) },
  {
    id: "value",
    head: "Measured",
    figure: true,
    cell: ({ key, value, reason }) => <span title={reason ?? undefined}>{sloFigure(key, value)}</span>,
  },
  {
    id: "bound",
    head: "Bound",
    figure: true,
    cell: ({ key, bound, direction }) => `${direction === "min" ? "≥" : "≤"} ${sloFigure(key, bound)}`,
  },
  { id: "n", head: "n", figure: true, minor: true, cell: ({ samples }) => count(samples) },
];

const order = ["fail", "inconclusive", "pass"];

export function Slos({ report: { slos, checks } }: { readonly report: Report }): JSX.Element {
  const rows = [...slos].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return (
    <section>
      <h3>Objectives and checks</h3>
      {rows.length === 0 ? <p class="quiet-line">The scenario sets no objective.</p> : (
        <Table
          name="slos"
          stacks
          caption="Objectives"
          natural="what did not hold first"
          columns={columns}
          rows={rows}
          keyOf={({ key, scope }) => `${key} ${JSON.stringify(scope)}`}
        />
      )}
      {rows.filter(({ reason }) => reason !== null).map(({ key, reason }) => (
        <p key={key} class="note">{sloName(key)}: {reason}</p>
      ))}
      <ul class="checks">
        {checks.map(({ name, verdict, details }) => (
          <li key={name}>
            <Verdict verdict={verdict} /> {words(name)}
            {details.length > 0 && (
              <ul class="reasons">{details.map((text, i) => <li key={i}>{text}</li>)}</ul>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** `answersMatchLedger` is "answers match ledger". */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
