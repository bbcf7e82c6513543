// System: the process itself, its charts, alerts, the config in force, and for admins what was done and what is stuck.

import type { JSX } from "preact";
import { Alerts } from "./alerts.tsx";
import { Audit } from "./audit.tsx";
import { ProcessCharts } from "./charts.tsx";
import { ConfigPanel } from "./config_panel.tsx";
import { DeadLetters } from "./dead_letters.tsx";
import { Process } from "./process.tsx";
import { Reloads } from "./reloads.tsx";

export function System(): JSX.Element {
  return (
    <>
      <Process />
      <ProcessCharts />
      <Alerts />
      <Reloads />
      <ConfigPanel />
      <DeadLetters />
      <Audit />
    </>
  );
}
