// Providers by methods as a heat map, with the figures in its cells; a list on a narrow page.

import type { JSX } from "preact";
import { Choice } from "../../components/choice.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { count } from "../../format/number.ts";
import { useAsked } from "../../models/asked.ts";
import { fewSamples, type HeatBy, legends, type Matrix as MatrixData } from "../../models/heat.ts";
import { param } from "../../models/view.ts";
import { ChainChoice } from "./chain_choice.tsx";
import { MatrixList } from "./matrix_list.tsx";
import { MatrixTable } from "./matrix_table.tsx";
import { WindowChoice, windowInView } from "./window_choice.tsx";

const kinds: readonly { readonly id: HeatBy; readonly label: string }[] = [
  { id: "p50", label: "p50" },
  { id: "p99", label: "p99" },
  { id: "errors", label: "errors" },
];

export function Matrix({ chain }: { readonly chain: string }): JSX.Element {
  const by = kinds.find(({ id }) => id === param("heat"))?.id ?? "p50";
  const { id: window, label } = windowInView();
  const path = `/api/matrix?chain=${encodeURIComponent(chain)}&window=${window}`;
  const asked = useAsked<MatrixData>(path, 10_000);
  const { n } = asked.value;
  return (
    <Panel
      title="Performance"
      note={`${chain}, ${label}${n === null ? "" : `; n = ${count(n)}`}`}
      api={path}
      wide
      actions={
        <>
          <ChainChoice chain={chain} />
          <Choice name="heat" label="What is compared" options={kinds} chosen={by} usual="p50" />
          <WindowChoice />
        </>
      }
    >
      <Answered
        asked={asked.value}
        empty="No provider of this chain was asked in this time."
        isEmpty={({ cells }) => cells.length === 0}
      >
        {(data) => (
          <>
            <MatrixTable chain={chain} data={data} by={by} />
            <MatrixList chain={chain} data={data} by={by} />
            <Legend by={by} />
          </>
        )}
      </Answered>
    </Panel>
  );
}

function Legend({ by }: { readonly by: HeatBy }): JSX.Element {
  const [good, middle, bad] = legends[by];
  return (
    <p class="heat-legend note">
      <span class="swatches" aria-hidden="true">
        {[1, 2, 3, 4, 5, 6, 7].map((step) => <i key={step} class={`heat-${step}`} />)}
      </span>
      <span>blue: {good}; plain: {middle}; orange: {bad}.</span>
      <span>Grey figures: fewer than {fewSamples[by]} samples, or nobody to compare with.</span>
    </p>
  );
}
