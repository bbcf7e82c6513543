// The routing sampler: decisions as for calls, without calls, marked test; which provider would get how many.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { Panel } from "../../components/panel.tsx";
import { count, percent, rate } from "../../format/number.ts";
import { useRunner, whyNotDemo } from "../../models/actions.ts";
import type { Sampler as Running } from "../../models/demo.ts";
import { sharesOf } from "../../models/live_share.ts";
import { now, routing } from "../../models/store.ts";
import { ChainField, NumberField, StrategyField } from "./fields.tsx";
import { MixField, mixWords, usualMix, weightsOf } from "./mix.tsx";

const sampled = [
  "eth_call",
  "eth_blockNumber",
  "eth_getBlockByNumber",
  "eth_getLogs",
  "eth_getBalance",
  "eth_getProof",
  "trace_block",
  "debug_traceTransaction",
  "eth_sendRawTransaction",
];
const windowMs = 10_000;

export function Sampler({ running }: { readonly running: Running | null }): JSX.Element {
  const runner = useRunner();
  const [perSecond, setRate] = useState(5);
  const [mix, setMix] = useState(usualMix);
  const [strategy, setStrategy] = useState("");
  const [chain, setChain] = useState("");
  const off = whyNotDemo();
  const weights = weightsOf(mix);
  const body = {
    kind: "sampler",
    rate: perSecond,
    ...(weights === null ? {} : { methods: weights }),
    ...(strategy === "" ? {} : { strategy }),
    ...(chain === "" ? {} : { chain }),
  };
  return (
    <Panel
      title="Routing sampler"
      api="/api/admin/simulators"
      note="asks how routing would decide; no call is sent, events are marked test"
    >
      <Decisions running={running} />
      <fieldset class="form" disabled={off !== null}>
        <legend class="hidden">What is sampled</legend>
        <NumberField label="Decisions a second" value={perSecond} min={0.1} max={500} set={setRate} />
        <MixField value={mix} methods={sampled} set={setMix} />
        <StrategyField value={strategy} set={setStrategy} />
        <ChainField value={chain} set={setChain} />
        <div class="buttons row">
          <ActionButton
            runner={runner}
            off={off ??
              (weights !== null && Object.keys(weights).length === 0 ? "No method has a weight." : null)}
            action={{
              path: "/api/admin/traffic",
              body,
              done: "Decisions come with the calls above, marked test.",
            }}
          >
            {running === null ? "Start" : "Sample this instead"}
          </ActionButton>
          <ActionButton
            runner={runner}
            off={off ?? (running === null ? "It rests." : null)}
            action={{
              method: "DELETE",
              path: "/api/admin/traffic?kind=sampler",
              done: "The sampler rests.",
              unchanged: "It rested already.",
            }}
          >
            Stop
          </ActionButton>
          <Said runner={runner} />
        </div>
      </fieldset>
    </Panel>
  );
}

function Decisions({ running }: { readonly running: Running | null }): JSX.Element | null {
  if (running === null) return null;
  const { of } = sharesOf(routing.value, now.value - windowMs, true);
  const shares = [...of].sort(([, a], [, b]) => b.share - a.share);
  return (
    <>
      <p>
        {rate(running.rate)} for {running.chain ?? "all chains"}, {mixWords(running.methods)},{" "}
        {running.strategy ?? "the strategy in force"}: <b class="figure">{count(running.decisions)}</b>{" "}
        decisions.
      </p>
      {shares.length > 0 && (
        <ul class="inline" aria-label="Who would be asked first, newest decisions">
          {shares.map(([key, { share, calls }]) => (
            <li key={key}>
              {key.split("/").reverse().join(", ")} <b class="figure">{percent(share)}</b>{" "}
              <span class="muted">n = {calls}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
