// The faults in force: what they do, since when, how long still, and the button that ends them.

import type { JSX } from "preact";
import { ActionButton } from "../../components/action.tsx";
import { Ago } from "../../components/ago.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { span } from "../../format/number.ts";
import { type Runner, whyNotDemo } from "../../models/actions.ts";
import { type FaultRow, faultWords } from "../../models/demo.ts";
import { now, snapshot } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

export function FaultList({ runner, faults }: {
  readonly runner: Runner;
  readonly faults: readonly FaultRow[];
}): JSX.Element | null {
  if (snapshot.value?.demo !== true) return null;
  const chain = chainInView.value;
  const rows = faults.filter((one) => chain === null || one.chain === chain);
  if (rows.length === 0) {
    return <p class="quiet-line">No fault is in force: every provider does as it should.</p>;
  }
  return (
    <>
      <Table
        name="faults"
        caption="Faults in force"
        columns={columnsFor(runner)}
        rows={rows}
        keyOf={({ id }) => id}
      />
      {rows.length > 1 && (
        <p class="buttons">
          <ActionButton
            runner={runner}
            off={whyNotDemo()}
            action={{ method: "DELETE", path: "/api/admin/faults", done: "All faults are taken off." }}
          >
            End all
          </ActionButton>
        </p>
      )}
    </>
  );
}

function columnsFor(runner: Runner): readonly Column<FaultRow>[] {
  return [
    {
      id: "provider",
      head: "Where",
      cell: ({ provider, chain }) => provider === null ? chain : `${provider}, ${chain}`,
    },
    { id: "fault", head: "Fault", cell: (fault) => faultWords(fault) },
    {
      id: "since",
      head: "Since",
      figure: true,
      minor: true,
      cell: ({ since }) => <Ago at={Date.parse(since)} />,
    },
    { id: "left", head: "Left", figure: true, cell: ({ until }) => leftText(until) },
    {
      id: "end",
      head: "End",
      figure: true,
      cell: (fault) => (
        <ActionButton
          runner={runner}
          off={whyNotDemo()}
          label={`End: ${fault.provider ?? fault.chain} ${faultWords(fault)}`}
          action={{
            method: "DELETE",
            path: `/api/admin/faults?id=${encodeURIComponent(fault.id)}`,
            done: `${fault.provider ?? fault.chain} is mended.`,
          }}
        >
          End
        </ActionButton>
      ),
    },
  ];
}

function leftText(until: string | null): string {
  return until === null ? "no end" : span(Math.max(0, Date.parse(until) - now.value));
}
