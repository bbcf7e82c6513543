// A provider of the stage: name, state, breakers, share, what was done to it, and its buttons.

import type { JSX } from "preact";
import type { FeedChain, FeedProvider, FeedTransport } from "../../../core/server/feed_model.ts";
import { Said } from "../../components/action.tsx";
import { Spark } from "../../components/spark.tsx";
import { State } from "../../components/state.tsx";
import { percent, span } from "../../format/number.ts";
import { useRunner } from "../../models/actions.ts";
import { type FaultRow, faultWords } from "../../models/demo.ts";
import { now } from "../../models/store.ts";
import { StageButtons } from "./stage_buttons.tsx";

export function StageRow({ chain, provider, share, trail, faults, demo }: {
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
  /** null: the chain had no call lately. */
  readonly share: number | null;
  readonly trail: readonly (number | null)[];
  readonly faults: readonly FaultRow[];
  readonly demo: boolean;
}): JSX.Element {
  const runner = useRunner();
  const { id, state, reason, since, override, transports } = provider;
  const why = [...new Set([reason, override])].filter((one) => one !== null).join("; ");
  return (
    <li aria-label={`${id} of ${chain.name}`}>
      <div class="who">
        <b>{id}</b> <span class="muted">{chain.name}</span>
        <p>
          <State state={state} reason={reason} /> <span class="muted">{span(now.value - since)}</span>
        </p>
      </div>
      <div class="shares">
        <span class="figure">{percent(share)}</span>
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${(share ?? 0) * 100}%` }} />
        </span>
        <Spark values={trail} label={`Share of ${id}, last minute, now ${percent(share)}`} top={1} />
      </div>
      <div class="links">
        {transports.map((one) => <Breaker key={one.transport} transport={one} />)}
        {why !== "" && <p class="muted">{why}</p>}
        {faults.map((fault) => <FaultLine key={fault.id} fault={fault} />)}
      </div>
      <div class="does">
        <div class="buttons">
          <StageButtons runner={runner} chain={chain} provider={provider} faults={faults} demo={demo} />
        </div>
        <Said runner={runner} />
      </div>
    </li>
  );
}

const words = { closed: "breaker closed", open: "breaker open", half_open: "breaker half open" } as const;

function Breaker({ transport: { transport, breaker, connections } }: {
  readonly transport: FeedTransport;
}): JSX.Element {
  const connected = transport === "http"
    ? ""
    : connections === 0
    ? ", not connected"
    : `, ${connections} ${connections === 1 ? "socket" : "sockets"}`;
  return (
    <p class={`breaker ${breaker}`}>
      {transport}: {words[breaker]}
      {connected}
    </p>
  );
}

function FaultLine({ fault }: { readonly fault: FaultRow }): JSX.Element {
  const left = fault.until === null
    ? "until it is taken off"
    : `${span(Math.max(0, Date.parse(fault.until) - now.value))} left`;
  return (
    <p class="fault">
      {faultWords(fault)}, {left}
    </p>
  );
}
