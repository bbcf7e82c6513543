// One provider in full: how each of its transports stands and why, what may be done, how it fared, what happened to it.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Ago } from "../../components/ago.tsx";
import { Panel } from "../../components/panel.tsx";
import { State } from "../../components/state.tsx";
import { exact, none, percent } from "../../format/number.ts";
import type { Picked } from "../../models/provider_rows.ts";
import { closeDetail } from "./close_detail.ts";
import { DetailActions } from "./detail_actions.tsx";
import { DetailCharts } from "./detail_charts.tsx";
import { DetailEvents } from "./detail_events.tsx";
import { TestCall } from "./test_call.tsx";
import { Transports } from "./transports.tsx";

export function Detail({ picked: { chain, provider } }: { readonly picked: Picked }): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    place.current?.scrollIntoView({ block: "nearest" });
    place.current?.focus({ preventScroll: true });
  }, []);
  const { id, type, group, state, reason, since, head, lag_blocks, quota, override } = provider;
  return (
    <Panel
      title={`${id} on ${chain.name}`}
      api={`/api/providers?chain=${encodeURIComponent(chain.name)}`}
      wide
      actions={<button type="button" class="quiet" onClick={closeDetail}>close (Esc)</button>}
    >
      <div class="detail" ref={place} tabIndex={-1}>
        <dl class="facts">
          <Fact name="State">
            <State state={state} /> for <Ago at={since} />
          </Fact>
          {reason !== null && <Fact name="Because">{reason}</Fact>}
          {override !== null && <Fact name="Set by an operator">{override}</Fact>}
          <Fact name="Kind">{type}{group === "fallback" ? ", fallback" : ""}</Fact>
          <Fact name="Head">
            {exact(head)}
            {lag_blocks === null ? "" : lag_blocks > 0 ? `, ${lag_blocks} behind` : ", at the front"}
          </Fact>
          <Fact name="Quota of the month">
            {quota === null
              ? <span title="None is configured">{none}</span>
              : `${percent(quota.used / quota.max)} of ${exact(quota.max)} units`}
          </Fact>
        </dl>
        <Transports chain={chain} provider={provider} />
        <DetailActions chain={chain} provider={provider} />
        <DetailCharts chain={chain.name} provider={id} />
        <TestCall chain={chain} provider={provider} />
        <div class="halves">
          <DetailEvents chain={chain.name} provider={id} />
        </div>
      </div>
    </Panel>
  );
}

function Fact({ name, children }: {
  readonly name: string;
  readonly children: JSX.Element | string | readonly (JSX.Element | string)[];
}): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
