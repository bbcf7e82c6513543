// The columns of the list of calls; fewer where one call stands beside it.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import type { Column } from "../../components/table.tsx";
import { count, millis } from "../../format/number.ts";
import type { CallRow } from "../../models/calls.ts";
import { OutcomeState } from "./outcome_state.tsx";

const all: readonly Column<CallRow>[] = [
  { id: "at", head: "Time", cell: ({ at }) => <At at={at} /> },
  { id: "chain", head: "Chain", minor: true, by: ({ chain }) => chain, cell: ({ chain }) => chain },
  {
    id: "method",
    head: "Method",
    by: ({ method }) => method,
    cell: ({ id, method }) => <ViewLink to={{ params: { id } }} class="mono">{method}</ViewLink>,
  },
  {
    id: "provider",
    head: "Provider",
    by: ({ provider }) => provider,
    cell: (row) => <Provider row={row} />,
  },
  {
    id: "strategy",
    head: "Strategy",
    minor: true,
    by: ({ strategy }) => strategy,
    cell: ({ strategy }) => strategy,
  },
  {
    id: "retries",
    head: "Retries",
    title: "Attempts after the first",
    figure: true,
    minor: true,
    by: ({ retries }) => retries,
    cell: ({ retries }) => count(retries),
  },
  {
    id: "outcome",
    head: "Outcome",
    by: ({ outcome }) => outcome,
    cell: ({ outcome, retries }) => <OutcomeState outcome={outcome} retries={retries} />,
  },
  {
    id: "duration",
    head: "Duration",
    title: "From the call's arrival to the end of its answer",
    figure: true,
    by: ({ duration_ms }) => duration_ms,
    cell: ({ duration_ms }) => millis(duration_ms),
  },
];

export function callColumns(narrow: boolean, oneChain: boolean): readonly Column<CallRow>[] {
  return all.filter(({ id }) =>
    !(id === "chain" && oneChain) && !(narrow && (id === "strategy" || id === "retries"))
  );
}

function Provider({ row: { provider, transport, outcome } }: { readonly row: CallRow }): JSX.Element {
  if (provider === null) {
    return <span class="muted">{outcome === "ok" ? "Lasso itself" : "nobody"}</span>;
  }
  return (
    <>
      {provider} <span class="muted">{transport}</span>
    </>
  );
}
