// Theory beside fact, for the chain in focus: each strategy's times, success and cost on the calls that really came,
// and the same by method.

import type { JSX } from "preact";
import { Answered, Panel } from "../../components/panel.tsx";
import { RangeSwitch } from "../../components/range.tsx";
import { count, span } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { focusedChain } from "../../models/focus.ts";
import { type Compared, methodsOf, strategyRows } from "../../models/strategy_rows.ts";
import { range } from "../../models/timeline.ts";
import { go, param } from "../../models/view.ts";
import { MethodMatrix } from "./method_matrix.tsx";
import { StrategyTable } from "./strategy_table.tsx";

/** The router keeps an answer for as long. */
const everyMs = 60_000;

export function Comparison(): JSX.Element {
  const chain = focusedChain.value;
  const path = `/api/analytics/strategies?chain=${encodeURIComponent(chain ?? "")}&from=-${range.value.id}`;
  const { value } = useAsked<readonly Compared[]>(chain === null ? null : path, everyMs);
  const compared = value.data?.[0];
  const empty =
    `Clients of ${chain ?? "no chain"} made no call in the last ${range.value.label} that a strategy ` +
    "steers: there is nothing to compare.";
  return (
    <>
      <Panel
        title="Under each strategy"
        note={compared !== undefined && noteOf(compared)}
        api={path}
        wide
        actions={
          <>
            {compared !== undefined && <MethodPicker compared={compared} />}
            <RangeSwitch />
          </>
        }
      >
        <Answered asked={value} empty={empty}>
          {([one]) =>
            one !== undefined && (
              <>
                <StrategyTable rows={strategyRows(one, param("method"))} />
                <Unknowns compared={one} />
              </>
            )}
        </Answered>
      </Panel>
      <Panel title="By method" note="Expected, of the same calls" api={path} wide>
        <Answered asked={value} empty={empty}>
          {([one]) => one !== undefined && <MethodMatrix compared={one} />}
        </Answered>
      </Panel>
    </>
  );
}

function noteOf({ chain, calls, from, to }: Compared): string {
  return `${chain}, n ${count(calls)} in ${span(Date.parse(to) - Date.parse(from))}`;
}

function MethodPicker({ compared }: { readonly compared: Compared }): JSX.Element {
  return (
    <label>
      <span class="hidden">Method</span>
      <select
        value={param("method")}
        onChange={({ currentTarget }) => go({ params: { method: currentTarget.value }, replace: true })}
      >
        <option value="">all methods</option>
        {methodsOf(compared, false).map(({ method, calls }) => (
          <option key={method} value={method}>{`${method} (${count(calls)})`}</option>
        ))}
      </select>
    </label>
  );
}

/** What the figures can't say. */
function Unknowns(
  { compared: { left_out, broken, strategies } }: { readonly compared: Compared },
): JSX.Element {
  const faulty = strategies.filter(({ faults }) => faults > 0);
  return (
    <ul class="note">
      <li>
        Expected: the first provider that it would have asked, by what was measured of that provider in those
        minutes. Known is the share of the calls of which that provider had 20 samples or more; the rest is
        not guessed. What a strategy's own load would change is not known either. Measured counts every call,
        also those that Lasso answered by itself.
      </li>
      {left_out > 0 && <li>{count(left_out)} calls are steered by no strategy: broadcasts, filters.</li>}
      {faulty.map(({ strategy, faults }) => (
        <li key={strategy}>{strategy} failed {count(faults)} times; the default was asked in its place.</li>
      ))}
      {broken.map(({ strategy, why }) => <li key={strategy}>{strategy} can't be asked: {why}</li>)}
    </ul>
  );
}
