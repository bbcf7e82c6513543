// Charts beside each other over the page's time, with its switch and what the marks on them mean.

import type { ComponentChildren, JSX } from "preact";
import { MarkLegend } from "./mark_legend.tsx";
import { Panel } from "./panel.tsx";
import { RangeSwitch } from "./range.tsx";

export function ChartsPanel({ title = "Over time", note, children }: {
  readonly title?: string;
  readonly note: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <Panel title={title} note={note} wide actions={<RangeSwitch />}>
      <div class="charts">{children}</div>
      <MarkLegend />
    </Panel>
  );
}
