// Alerts: what fires and what is about to, the rules, where they are told, and what fired before.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { useAsked } from "../../models/asked.ts";
import type { Alert, AlertsAnswer } from "../../models/system.ts";
import { AlertRules } from "./alert_rules.tsx";

const path = "/api/alerts?limit=20";

export function Alerts(): JSX.Element {
  const asked = useAsked<AlertsAnswer>(path, 4_000).value;
  const firing = asked.data?.firing.length ?? 0;
  return (
    <Panel title="Alerts" note={asked.data === null ? undefined : noteOf(firing)} api={path}>
      <Answered
        asked={asked}
        isEmpty={({ rules, history }) => rules.length === 0 && history.length === 0}
        empty={
          <>
            No rule is configured, so nobody is told when something breaks. Rules stand under{" "}
            <code>alerts</code> in the config: such as a provider down for 30 s, or an error rate above 1 %.
          </>
        }
      >
        {(data) => (
          <>
            <Now title="Firing" alerts={data.firing} none="Nothing fires." />
            {data.pending.length > 0 && <Now title="Pending" alerts={data.pending} none="" />}
            <AlertRules rules={data.rules} targets={data.targets} />
            {data.history.length > 0 && <Before history={data.history} />}
          </>
        )}
      </Answered>
    </Panel>
  );
}

function noteOf(firing: number): string {
  return firing === 0 ? "nothing fires" : `${firing} ${firing === 1 ? "fires" : "fire"}`;
}

function Now({ title, alerts, none }: {
  readonly title: string;
  readonly alerts: readonly Alert[];
  readonly none: string;
}): JSX.Element {
  const isFiring = title === "Firing";
  return (
    <section class="alerts-now">
      <h3>{title}</h3>
      {alerts.length === 0 ? <p class="quiet-line">{none}</p> : (
        <ul class="problems">
          {alerts.map(({ key, text, chain, provider }) => (
            <li key={key}>
              <Shape state={isFiring ? "open" : "probing"} />
              <span>
                <ViewLink
                  to={{ tab: "providers", chain, ...(provider === null ? {} : { params: { provider } }) }}
                >
                  {plain(text)}
                </ViewLink>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Before({ history }: Pick<AlertsAnswer, "history">): JSX.Element {
  return (
    <section>
      <h3>Last 24 h</h3>
      <ol class="lines">
        {history.map(({ at, status, key, text, rule }) => (
          <li key={`${at} ${key} ${status}`}>
            <At at={Date.parse(at)} />
            <b class={status === "firing" ? "result-failed" : undefined}>{status}</b>
            <span>{text === null ? rule : plain(text)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** Whether it fires or is over stands beside it. */
function plain(text: string): string {
  return text.replace(/^(?:FIRING|RESOLVED) /, "");
}
