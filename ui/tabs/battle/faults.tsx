// Each fault and what it did: how soon it was noticed, when traffic had moved, and what clients felt of it.

import type { JSX } from "preact";
import { type Column, Table } from "../../components/table.tsx";
import { millis, none, percent } from "../../format/number.ts";
import type { BattleFault, Report } from "../../models/battle.ts";

const columns: readonly Column<BattleFault>[] = [
  {
    id: "fault",
    head: "Fault",
    wide: true,
    cell: ({ fault: { fault, provider } }) => (
      <>
        {fault.kind.replaceAll("_", " ")} {provider !== null && <b>{provider}</b>}
      </>
    ),
  },
  {
    id: "when",
    head: "From – to",
    figure: true,
    minor: true,
    cell: ({ fault: { start_us, end_us } }) => `${millis(start_us / 1_000)} – ${millis(end_us / 1_000)}`,
  },
  {
    id: "detection",
    head: "Noticed",
    title: "Fault to the first time that the provider was not picked first",
    figure: true,
    cell: ({ detection_ms }) => millis(detection_ms),
  },
  {
    id: "shift",
    head: "Moved",
    title: "Fault to the last first pick of the provider in it",
    figure: true,
    minor: true,
    cell: ({ shift_ms }) => millis(shift_ms),
  },
  {
    id: "failover",
    head: "Failover p99 (n)",
    title: "Failure at the faulted provider to the good answer of another",
    figure: true,
    cell: ({ failover }) => failover === null ? none : `${millis(failover.p99_ms)} (${failover.n})`,
  },
  {
    id: "recovery",
    head: "Recovered",
    title: "End of the fault to a p99 as before; – never, or it can't be told",
    figure: true,
    minor: true,
    cell: ({ recovery_ms }) => millis(recovery_ms),
  },
  {
    id: "blast",
    head: "Failed requests",
    title: "Share of the requests in the fault that failed",
    figure: true,
    cell: ({ blast }) => percent(blast),
  },
];

export function Faults({ report: { faults } }: { readonly report: Report }): JSX.Element {
  return (
    <section>
      <h3>Faults</h3>
      {faults.length === 0 ? <p class="quiet-line">The run had no fault.</p> : (
        <Table
          name="faults"
          stacks
          caption="Faults and their effects"
          columns={columns}
          rows={faults}
          keyOf={({ fault: { id, start_us, provider } }) => `${id} ${provider} ${start_us}`}
        />
      )}
    </section>
  );
}
