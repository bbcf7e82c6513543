// Costs: what was spent, for whom and on what; how long quotas last; what other ways of serving would have cost.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { count, dollars } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import type { Costs as Data } from "../../models/cost_rows.ts";
import { chainInView, param } from "../../models/view.ts";
import { OverTime } from "./over_time.tsx";
import { Quotas } from "./quotas.tsx";
import { Savings } from "./savings.tsx";
import { SpentTables } from "./spent_tables.tsx";

const spans = [
  { id: "24h", label: "24 h" },
  { id: "7d", label: "7 d" },
  { id: "30d", label: "30 d" },
] as const;

const everyMs = 60_000;

export function Costs(): JSX.Element {
  const chain = chainInView.value;
  const span = spans.find(({ id }) => id === param("span")) ?? spans[0];
  const path = `/api/analytics/costs?from=-${span.id}${
    chain === null ? "" : `&chain=${encodeURIComponent(chain)}`
  }`;
  const { value } = useAsked<Data>(path, everyMs);
  return (
    <>
      <Panel
        title="Spent"
        note={`${chain ?? "All chains"}, by what the config says that calls cost`}
        api={path}
        wide
        actions={<Choice name="span" label="Time" options={spans} chosen={span.id} usual={spans[0].id} />}
      >
        <Answered
          asked={value}
          isEmpty={({ total }) => total.n === 0}
          empty={`No provider was asked for anything in the last ${span.label}.`}
        >
          {(data) => (
            <>
              <dl class="totals">
                <Total name="Dollars">{dollars(data.total.usd)}</Total>
                <Total name="Units">{count(data.total.units)}</Total>
                <Total name="Attempts">{count(data.total.n)}</Total>
                <Total name="Per 1,000 attempts">{dollars(data.total.usd / data.total.n * 1000)}</Total>
              </dl>
              <SpentTables costs={data} ofAll={chain === null} />
            </>
          )}
        </Answered>
      </Panel>
      <Quotas asked={value} path={path} />
      <Savings asked={value} path={path} />
      <OverTime chain={chain} />
    </>
  );
}

function Total({ name, children }: { readonly name: string; readonly children: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
