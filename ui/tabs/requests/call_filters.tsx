// Narrows the list of calls by method, provider and outcome; the chain is the page's own. All of it is in the address.

import { signal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { type CallFilter, outcomeChoices, outcomeText } from "../../models/calls.ts";
import { routing, shownChains } from "../../models/store.ts";
import { chainInView, go, param } from "../../models/view.ts";

export function filterOfView(): CallFilter {
  return {
    chain: chainInView.value,
    method: param("method"),
    provider: param("provider"),
    outcome: param("outcome"),
  };
}

export function isFiltered(): boolean {
  const { chain, method, provider, outcome } = filterOfView();
  return chain !== null || `${method}${provider}${outcome}` !== "";
}

/** Methods that were seen since the page was opened, so that choosing one does not take the others away. */
const seen = signal<readonly string[]>([]);

function noteMethods(rows: readonly { readonly method: string }[]): void {
  const known = new Set(seen.peek());
  for (const { method } of rows) known.add(method);
  if (known.size > seen.peek().length) seen.value = [...known].sort();
}

export function CallFilters(): JSX.Element {
  useSignalEffect(() => noteMethods(routing.value));
  const methods = seen.value;
  const providers = [...new Set(shownChains.value.flatMap((chain) => chain.providers.map(({ id }) => id)))];
  return (
    <div class="filters" role="group" aria-label="Filters">
      <Choice name="method" all="all methods" values={methods} />
      <Choice name="provider" all="all providers" values={providers.sort()} />
      <Choice
        name="outcome"
        all="all outcomes"
        values={["failed", "failover", ...outcomeChoices]}
        text={(value) =>
          value === "failed"
            ? "failed, whatever the reason"
            : value === "failover"
            ? "served after a failover"
            : outcomeText(value)}
      />
    </div>
  );
}

function Choice({ name, all, values, text = (value) => value }: {
  readonly name: string;
  readonly all: string;
  readonly values: readonly string[];
  readonly text?: (value: string) => string;
}): JSX.Element {
  const value = param(name);
  const offered = value === "" || values.includes(value) ? values : [value, ...values];
  return (
    <select
      aria-label={`Filter by ${name}`}
      value={value}
      class={value === "" ? undefined : "chosen"}
      onChange={({ currentTarget }) => go({ params: { [name]: currentTarget.value, before: "" } })}
    >
      <option value="">{all}</option>
      {offered.map((one) => <option key={one} value={one}>{text(one)}</option>)}
    </select>
  );
}
