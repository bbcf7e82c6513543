// The strip at the top: which chain, how it stands in a word, and the figures that an operator asks for first.

import type { ComponentChildren, JSX } from "preact";
import type { FeedChain, FeedSnapshot } from "../../core/server/feed_model.ts";
import { count, millis, percent, rate, span } from "../format/number.ts";
import { problemsOf, stateWord } from "../models/problems.ts";
import { chains, now, shownChains, snapshot } from "../models/store.ts";
import { theme, turnTheme } from "../models/theme.ts";
import { go, view } from "../models/view.ts";
import { askToken } from "./token_dialog.tsx";
import { token } from "../models/api.ts";

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
          aria-label={`Colours: ${theme.value}. Change`}
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
  const only = shown.length === 1 ? shown[0] : undefined;
  return (
    <dl class="figures">
      <Figure name="State">
        <strong class={`word ${word}`}>{word}</strong>
      </Figure>
      <Figure name="Strategy">{strategyText(shown)}</Figure>
      <Figure name="Success, 1 min">{percent(sum.success)}</Figure>
      <Figure name="1 h">{percent(sum.successHour)}</Figure>
      <Figure name="Requests">{rate(sum.rps)}</Figure>
      <Figure name="p50 / p99">
        {only === undefined ? "one chain" : `${millis(only.minute.p50)} / ${millis(only.minute.p99)}`}
      </Figure>
      <Figure name="In flight">{count(data.in_flight)} of {count(data.max_in_flight)}</Figure>
      <Figure name="Up">{span(now.value - data.started_at)}</Figure>
      <Figure name="Config">{`v${data.config_version}`}</Figure>
    </dl>
  );
}

function Figure(
  { name, children }: { readonly name: string; readonly children: ComponentChildren },
): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function strategyText(shown: readonly FeedChain[]): string {
  const names = [...new Set(shown.map(({ strategy }) => strategy))];
  const overridden = shown.some(({ strategy_overridden }) => strategy_overridden) ? " (set by hand)" : "";
  return names.length === 1 ? `${names[0]}${overridden}` : `${names.length} in use`;
}

/** Counts can be added up; percentiles can't, so they are shown for one chain only. */
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
