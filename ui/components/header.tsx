// The strip at the top: which chain, how it stands in a word, and the figures that an operator asks for first.

import type { ComponentChildren, JSX } from "preact";
import type { FeedChain, FeedSnapshot } from "../../core/server/feed_model.ts";
import { count, millis, percent, rate, span } from "../format/number.ts";
import { problemsOf, stateWord } from "../models/problems.ts";
import { chains, now, shownChains, snapshot } from "../models/store.ts";
import { theme, turnTheme } from "../models/theme.ts";
import { go, view } from "../models/view.ts";
import { token } from "../models/api.ts";
import { askToken } from "../models/questions.ts";

export function Header(): JSX.Element {
  return (
    <header class="strip">
      <p class="brand">Lasso</p>
      <ChainPicker />
      {snapshot.value !== null && <Figures snapshot={snapshot.value} />}
      <div class="tools">
        <AdminState />
        <button
          type="button"
          class="quiet"
          onClick={turnTheme}
          aria-label={`Colours: ${theme.value === "system" ? "auto" : theme.value}. Change`}
        >
          {theme.value === "system" ? "auto" : theme.value}
        </button>
      </div>
    </header>
  );
}

function ChainPicker(): JSX.Element {
  return (
    <label class="chain-picker">
      <span class="hidden">Chain</span>
      <select
        value={view.value.chain ?? ""}
        onChange={({ currentTarget }) =>
          go({ chain: currentTarget.value === "" ? null : currentTarget.value })}
      >
        <option value="">all chains</option>
        {chains.value.map(({ name }) => <option key={name} value={name}>{name}</option>)}
      </select>
    </label>
  );
}

function Figures({ snapshot: data }: { readonly snapshot: FeedSnapshot }): JSX.Element {
  const shown = shownChains.value;
  const word = stateWord(data, problemsOf({ ...data, chains: shown }, now.value));
  const sum = summed(shown);
  const slowest = slowestOf(shown);
  return (
    <dl class="figures">
      <Figure name="State">
        <strong class={`word ${word}`}>{word}</strong>
      </Figure>
      <Figure name="Strategy">{strategyText(shown)}</Figure>
      <Figure name="Success, 1 min">{percent(sum.success)}</Figure>
      <Figure name="1 h">{percent(sum.successHour)}</Figure>
      <Figure name="Requests">{rate(sum.rps)}</Figure>
      <Figure
        name={shown.length > 1 && slowest !== null ? "p50 / p99, slowest" : "p50 / p99"}
        title={`Last minute, ${count(slowest?.minute.n ?? 0)} calls${
          shown.length > 1 ? `, of ${slowest?.name}, the slowest chain: percentiles can't be added up` : ""
        }`}
      >
        {millis(slowest?.minute.p50 ?? null)} / {millis(slowest?.minute.p99 ?? null)}
      </Figure>
      <Figure name="In flight">{count(data.in_flight)} of {count(data.max_in_flight)}</Figure>
      <Figure name="Up">{span(now.value - data.started_at)}</Figure>
      <Figure name="Config">{`v${data.config_version}`}</Figure>
    </dl>
  );
}

function Figure(
  { name, title, children }: {
    readonly name: string;
    readonly title?: string;
    readonly children: ComponentChildren;
  },
): JSX.Element {
  return (
    <div title={title}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** Percentiles can't be added up: of several chains the slowest is what can be said. null without a call. */
function slowestOf(shown: readonly FeedChain[]): FeedChain | null {
  return shown.reduce<FeedChain | null>(
    (worst, chain) =>
      chain.minute.p99 !== null && chain.minute.p99 > (worst?.minute.p99 ?? -1) ? chain : worst,
    null,
  );
}

function strategyText(shown: readonly FeedChain[]): string {
  const names = [...new Set(shown.map(({ strategy }) => strategy))];
  const overridden = shown.some(({ strategy_overridden }) => strategy_overridden) ? " (set by hand)" : "";
  return names.length === 1 ? `${names[0]}${overridden}` : `${names.length} in use`;
}

function summed(
  shown: readonly FeedChain[],
): { rps: number; success: number | null; successHour: number | null } {
  let rps = 0;
  let n = 0;
  let failed = 0;
  for (const { rps10, minute } of shown) {
    rps += rps10;
    n += minute.n;
    failed += minute.failed;
  }
  const hours = shown.flatMap(({ success_hour }) => success_hour === null ? [] : [success_hour]);
  return {
    rps,
    success: n === 0 ? null : 1 - failed / n,
    // Without the counts behind them the lowest is what can be said of all.
    successHour: hours.length === 0 ? null : Math.min(...hours),
  };
}

function AdminState(): JSX.Element | null {
  const admin = snapshot.value?.admin;
  if (admin === undefined) return null;
  if (admin === "loopback") {
    return <span class="note" title="From this machine anybody may act.">may act</span>;
  }
  if (token.value !== null) return <span class="note">token given</span>;
  return (
    <button
      type="button"
      class="quiet"
      disabled={admin === "none"}
      title={admin === "none" ? "No admin token is configured (server.admin_token)." : undefined}
      onClick={() => void askToken()}
    >
      Act …
    </button>
  );
}
