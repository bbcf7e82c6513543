// The rules of alerts in words, and where alerts are told.

import type { JSX } from "preact";
import { type Column, Table } from "../../components/table.tsx";
import { count, none, span } from "../../format/number.ts";
import { type AlertRule, type AlertTarget, ruleText } from "../../models/system.ts";

const ruleColumns: readonly Column<AlertRule>[] = [
  { id: "name", head: "Rule", by: ({ name }) => name, cell: ({ name }) => name },
  { id: "when", head: "When", wide: true, cell: ruleText },
  {
    id: "of",
    head: "Of",
    minor: true,
    cell: ({ chain, provider }) => [chain ?? "all chains", provider].filter((one) => one !== null).join(", "),
  },
  {
    id: "to",
    head: "Told to",
    minor: true,
    cell: ({ to, repeat_ms }) =>
      `${to.length === 0 ? none : to.join(", ")}${
        repeat_ms === null ? "" : `, again each ${span(repeat_ms)}`
      }`,
  },
];

const targetColumns: readonly Column<AlertTarget>[] = [
  { id: "name", head: "Target", cell: ({ name, type }) => `${name} (${type})` },
  { id: "url", head: "Where", minor: true, cell: ({ url }) => url ?? none },
  { id: "sent", head: "Sent", figure: true, cell: ({ sent }) => count(sent) },
  {
    id: "failed",
    head: "Failed",
    figure: true,
    cell: ({ failed }) => failed > 0 ? <b class="result-failed">{count(failed)}</b> : count(failed),
  },
  { id: "waiting", head: "Waiting", figure: true, cell: ({ waiting }) => count(waiting) },
];

export function AlertRules({ rules, targets }: {
  readonly rules: readonly AlertRule[];
  readonly targets: readonly AlertTarget[];
}): JSX.Element {
  return (
    <>
      <section>
        <h3>Rules</h3>
        <Table
          name="rules"
          caption="Alert rules"
          stacks
          columns={ruleColumns}
          rows={rules}
          keyOf={({ name }) => name}
        />
      </section>
      {targets.length > 0 && (
        <section>
          <h3>Targets</h3>
          <Table
            name="targets"
            caption="Where alerts are told"
            columns={targetColumns}
            rows={targets}
            keyOf={({ name }) => name}
          />
        </section>
      )}
    </>
  );
}
