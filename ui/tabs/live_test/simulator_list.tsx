// What the simulated providers themselves counted: the other side of what the router says of them.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { count, exact, none } from "../../format/number.ts";
import type { Asked } from "../../models/asked.ts";
import { faultWords, type SimulatorRow, type Simulators } from "../../models/demo.ts";
import { snapshot } from "../../models/store.ts";
import { chainInView } from "../../models/view.ts";

function counted({ stats }: SimulatorRow, ...path: readonly string[]): number | null {
  let value: unknown = stats;
  for (const name of path) value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === "number" ? value : null;
}

function failures({ stats }: SimulatorRow): number {
  const kinds = Object.values((stats["failures"] ?? {}) as Readonly<Record<string, number>>);
  return kinds.reduce((sum, many) => sum + many, 0);
}

function figure(
  id: string,
  head: string,
  of: (row: SimulatorRow) => number | null,
  minor = false,
): Column<SimulatorRow> {
  return { id, head, figure: true, minor, by: of, cell: (row) => of(row) === null ? none : count(of(row)) };
}

const columns: readonly Column<SimulatorRow>[] = [
  { id: "provider", head: "Provider", by: ({ provider }) => provider, cell: ({ provider }) => provider },
  { id: "chain", head: "Chain", by: ({ chain }) => chain, cell: ({ chain }) => chain },
  {
    id: "alive",
    head: "Listens",
    by: ({ alive }) => Number(alive),
    cell: ({ alive }) => alive ? "yes" : "no",
  },
  {
    id: "faults",
    head: "Faults",
    minor: true,
    cell: ({ faults }) => faults.map(faultWords).join(", ") || "none",
  },
  {
    id: "head",
    head: "Head",
    figure: true,
    minor: true,
    by: ({ head }) => head,
    cell: ({ head }) => exact(head),
  },
  figure("calls", "Calls", (row) => counted(row, "calls")),
  figure("failures", "Failed", failures),
  figure("limited", "429", (row) => counted(row, "rateLimited"), true),
  figure("spoilt", "Spoilt", (row) => counted(row, "spoiltAnswers"), true),
  figure("sockets", "Sockets", (row) => counted(row, "sockets", "open"), true),
  figure("subscriptions", "Subscriptions", (row) => counted(row, "subscriptions", "open"), true),
  figure("in-flight", "In flight", (row) => counted(row, "inFlight"), true),
];

export function SimulatorList({ asked }: { readonly asked: Asked<Simulators> }): JSX.Element {
  const chain = chainInView.value;
  return (
    <Panel
      title="Simulators"
      api="/api/admin/simulators"
      note="counted by the providers themselves, since the start"
      wide
    >
      {snapshot.value?.demo !== true
        ? <p class="quiet-line">This router has real providers: nothing is simulated here.</p>
        : (
          <Answered asked={asked} empty="No provider is simulated.">
            {({ simulators }) => (
              <Table
                name="simulators"
                stacks
                caption="Simulated providers"
                columns={columns}
                rows={simulators.filter((one) => chain === null || one.chain === chain)}
                keyOf={(one) => `${one.chain}/${one.provider}`}
              />
            )}
          </Answered>
        )}
    </Panel>
  );
}
