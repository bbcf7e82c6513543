// One report: its verdict and why, what was promised and measured, what happened when, and the command to repeat it.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { span } from "../../format/number.ts";
import { shortTime, utc } from "../../format/time.ts";
import { useAsked } from "../../models/asked.ts";
import type { Report } from "../../models/battle.ts";
import { now } from "../../models/store.ts";
import { Faults } from "./faults.tsx";
import { HtmlReport } from "./html_report.tsx";
import { Slos } from "./slos.tsx";
import { Timeline } from "./timeline.tsx";
import { Verdict } from "./verdict.tsx";

export function ReportPanel({ id }: { readonly id: string }): JSX.Element {
  const path = `/api/battles/${encodeURIComponent(id)}`;
  const asked = useAsked<Report>(path).value;
  return (
    <Panel
      title={asked.data?.scenario ?? "Report"}
      api={path}
      actions={
        <>
          {asked.data !== null && <HtmlReport id={id} />}
          <ViewLink to={{ params: { report: "" } }}>Close</ViewLink>
        </>
      }
      wide
    >
      <Answered asked={asked} isEmpty={() => false} empty="">{(report) => <Body report={report} />}</Answered>
    </Panel>
  );
}

function Body({ report }: { readonly report: Report }): JSX.Element {
  const { verdict, reasons, started_at, duration_ms, version, seed, command, unexplained } = report;
  const at = Date.parse(started_at);
  return (
    <div class="battle-report">
      <p class="battle-verdict">
        <Verdict verdict={verdict} />
        <span class="muted">
          <time dateTime={started_at} title={utc(at)}>{shortTime(at, now.value)}</time>, {span(duration_ms)}
          {" "}
          long, seed {seed}, Lasso {version}
        </span>
      </p>
      {reasons.length > 0 && <ul class="reasons">{reasons.map((text) => <li key={text}>{text}</li>)}</ul>}
      <Command text={command} />
      <Timeline report={report} />
      {unexplained.length > 0 && (
        <section>
          <h3>Failures and failovers outside any fault</h3>
          <ul class="reasons">{unexplained.map((text, i) => <li key={i}>{text}</li>)}</ul>
        </section>
      )}
      <Slos report={report} />
      <Faults report={report} />
    </div>
  );
}

function Command({ text }: { readonly text: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <p class="battle-command">
      <span class="muted">Repeat it</span>
      <code>{text}</code>
      <button type="button" class="quiet" aria-label="Copy the command" onClick={() => void copy()}>
        {copied ? "copied" : "copy"}
      </button>
    </p>
  );
}
