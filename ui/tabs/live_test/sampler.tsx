// The routing sampler: decisions as for calls, without calls, marked test; which provider would get how many.

import type { JSX } from "preact";
import { Panel } from "../../components/panel.tsx";
import { count, percent, rate } from "../../format/number.ts";
import type { Sampler as Running } from "../../models/demo.ts";
import { sharesOf } from "../../models/live_share.ts";
import { now, routing } from "../../models/store.ts";
import { mixWords } from "./mix.tsx";
import { TrafficForm } from "./traffic_form.tsx";

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
  return (
    <Panel
      title="Routing sampler"
      api="/api/admin/simulators"
      note="asks how routing would decide; no call is sent, events are marked test"
    >
      <Decisions running={running} />
      <TrafficForm
        kind="sampler"
        about="What is sampled"
        rateLabel="Decisions a second"
        usualRate={5}
        methods={sampled}
        isRunning={running !== null}
        words={{
          instead: "Sample this instead",
          begun: () => "Decisions come with the calls above, marked test.",
          ended: "The sampler rests.",
          idle: "It rests.",
        }}
      />
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
