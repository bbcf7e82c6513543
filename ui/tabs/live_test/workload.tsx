// The demo's traffic: what runs, and a form that puts other traffic in its place or ends it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { Panel } from "../../components/panel.tsx";
import { count, rate, span } from "../../format/number.ts";
import { useRunner, whyNotDemo } from "../../models/actions.ts";
import type { Workload as Running } from "../../models/demo.ts";
import { now, snapshot } from "../../models/store.ts";
import { ChainField, Choice, NumberField, StrategyField } from "./fields.tsx";
import { MixField, mixWords, usualMix, weightsOf } from "./mix.tsx";

const maxRate = 500;

export function Workload({ running, methods }: {
  readonly running: Running | null;
  readonly methods: readonly string[];
}): JSX.Element {
  const runner = useRunner();
  const [perSecond, setRate] = useState(20);
  const [mix, setMix] = useState(usualMix);
  const [transport, setTransport] = useState("http");
  const [strategy, setStrategy] = useState("");
  const [chain, setChain] = useState("");
  const off = whyNotDemo();
  const weights = weightsOf(mix);
  const isEmpty = weights !== null && Object.keys(weights).length === 0;
  const body = {
    rate: perSecond,
    transport,
    ...(weights === null ? {} : { methods: weights }),
    ...(strategy === "" ? {} : { strategy }),
    ...(chain === "" ? {} : { chain }),
  };
  return (
    <Panel title="Workload" api="/api/admin/simulators" note="calls to the router, as applications send them">
      {snapshot.value?.demo === true && <RunningWords running={running} />}
      <fieldset class="form" disabled={off !== null}>
        <legend class="hidden">Other traffic</legend>
        <NumberField label="Calls a second" value={perSecond} min={0.1} max={maxRate} set={setRate} />
        <MixField value={mix} methods={methods} set={setMix} />
        <Choice label="By" value={transport} set={setTransport}>
          <option value="http">HTTP</option>
          <option value="ws">WebSocket</option>
        </Choice>
        <StrategyField value={strategy} set={setStrategy} />
        <ChainField value={chain} set={setChain} />
        <div class="buttons row">
          <ActionButton
            runner={runner}
            off={off ?? (isEmpty ? "No method has a weight." : null)}
            action={{ path: "/api/admin/traffic", body, done: `${rate(perSecond)} are sent.` }}
          >
            {running === null ? "Start" : "Send this instead"}
          </ActionButton>
          <ActionButton
            runner={runner}
            off={off ?? (running === null ? "Nothing is sent." : null)}
            action={{
              method: "DELETE",
              path: "/api/admin/traffic?kind=workload",
              done: "Nothing is sent any more.",
              unchanged: "Nothing was sent.",
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

function RunningWords({ running }: { readonly running: Running | null }): JSX.Element {
  if (running === null) return <p class="quiet-line">Nothing is sent now.</p>;
  const { rate: perSecond, since, ok, failed, skipped, in_flight, methods, transport, strategy, chain } =
    running;
  return (
    <p>
      {rate(perSecond)} to {chain ?? "all chains"} by {transport === "ws" ? "WebSocket" : "HTTP"},{" "}
      {mixWords(methods)}, {strategy ?? "the strategy in force"}, since {span(now.value - Date.parse(since))}:
      {" "}
      <b class="figure">{count(ok)}</b> answered, <b class="figure">{count(failed)}</b> failed,{" "}
      <b class="figure">{count(in_flight)}</b> under way
      {skipped > 0 && `, ${count(skipped)} not sent because too many were under way`}.
    </p>
  );
}
