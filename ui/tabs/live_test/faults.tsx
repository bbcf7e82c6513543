// Faults of the simulated providers: a form that begins one, and those in force with how long still.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { Panel } from "../../components/panel.tsx";
import { type Runner, useRunner, whyNotDemo } from "../../models/actions.ts";
import { faultBody, faultKinds, type FaultRow } from "../../models/demo.ts";
import { Choice, NumberField, placeOf, ProviderField } from "./fields.tsx";
import { FaultList } from "./fault_list.tsx";

const spans = ["10s", "30s", "1m", "5m"] as const;

export function Faults({ faults }: { readonly faults: readonly FaultRow[] }): JSX.Element {
  const runner = useRunner();
  return (
    <Panel title="Faults" api="/api/admin/simulators" note="of simulated providers">
      <FaultForm runner={runner} />
      <FaultList runner={runner} faults={faults} />
    </Panel>
  );
}

function FaultForm({ runner }: { readonly runner: Runner }): JSX.Element {
  const [where, setWhere] = useState("");
  const [kind, setKind] = useState("latency");
  const [typed, setTyped] = useState<Readonly<Record<string, number>>>({});
  const [forText, setFor] = useState("30s");
  const off = whyNotDemo();
  const place = placeOf(where);
  const info = faultKinds.find((one) => one.kind === kind) ?? faultKinds[0]!;
  const whom = place === null ? "" : info.ofChain ? place.chain : `${place.provider} of ${place.chain}`;
  return (
    <fieldset class="form" disabled={off !== null}>
      <legend class="hidden">A new fault</legend>
      <Choice label="Fault" value={kind} set={setKind}>
        {faultKinds.map((one) => <option key={one.kind} value={one.kind}>{one.name}</option>)}
      </Choice>
      <ProviderField value={place === null ? "" : `${place.chain}/${place.provider}`} set={setWhere} />
      {info.figures.map((figure) => (
        <NumberField
          key={`${kind} ${figure.name}`}
          label={figure.label}
          unit={figure.unit}
          value={typed[figure.name] ?? figure.usual}
          min={figure.min}
          max={figure.max}
          step={1}
          set={(value) => setTyped({ ...typed, [figure.name]: value })}
        />
      ))}
      {!info.act && (
        <Choice label="For" value={forText} set={setFor}>
          {spans.map((one) => <option key={one} value={one}>{one}</option>)}
          <option value="">until taken off</option>
        </Choice>
      )}
      <p class="note row">{info.does}</p>
      <div class="buttons row">
        <ActionButton
          runner={runner}
          danger
          off={off ?? (place === null ? "No provider is configured." : null)}
          action={{
            path: "/api/admin/faults",
            body: place === null ? {} : faultBody(info, place, typed, forText),
            done: `${info.name}: ${whom}.`,
          }}
        >
          {info.act ? "Do it" : "Begin"}
        </ActionButton>
        <Said runner={runner} />
      </div>
      {off !== null && <p class="note row">{off}</p>}
    </fieldset>
  );
}
