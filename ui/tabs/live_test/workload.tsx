// The demo's traffic: what runs, and a form that puts other traffic in its place or ends it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Panel } from "../../components/panel.tsx";
import { count, rate, span } from "../../format/number.ts";
import type { Workload as Running } from "../../models/demo.ts";
import { now, snapshot } from "../../models/store.ts";
import { Choice } from "./fields.tsx";
import { mixWords } from "./mix.tsx";
import { TrafficForm } from "./traffic_form.tsx";

export function Workload({ running, methods }: {
  readonly running: Running | null;
  readonly methods: readonly string[];
}): JSX.Element {
  const [transport, setTransport] = useState("http");
  return (
    <Panel title="Workload" api="/api/admin/simulators" note="calls to the router, as applications send them">
      {snapshot.value?.demo === true && <RunningWords running={running} />}
      <TrafficForm
        kind="workload"
        about="Other traffic"
        rateLabel="Calls a second"
        usualRate={20}
        methods={methods}
        isRunning={running !== null}
        words={{
          instead: "Send this instead",
          begun: (perSecond) =>
            `${rate(perSecond)} are sent.`,
          ended: "Nothing is sent any more.",
          idle: "Nothing is sent.",
        }}
        more={{ transport }}
      >
        <Choice label="By" value={transport} set={setTransport}>
          <option value="http">HTTP</option>
          <option value="ws">WebSocket</option>
        </Choice>
      </TrafficForm>
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
