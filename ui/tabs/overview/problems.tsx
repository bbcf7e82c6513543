// What is wrong, in words, each line a link to where it is to be seen.

import type { JSX } from "preact";
import { ViewLink } from "../../components/link.tsx";
import { Panel } from "../../components/panel.tsx";
import { Shape } from "../../components/state.tsx";
import { problemsOf } from "../../models/problems.ts";
import { now, shownChains, snapshot } from "../../models/store.ts";

const most = 8;

export function Problems({ isQuiet = false, from = 1 }: {
  /** Nothing is said where nothing is wrong. */
  readonly isQuiet?: boolean;
  /** The worst rank that is said here, where others are told elsewhere. */
  readonly from?: number;
}): JSX.Element | null {
  const data = snapshot.value;
  if (data === null) return null;
  const problems = problemsOf({ ...data, chains: shownChains.value }, now.value)
    .filter(({ rank }) => rank >= from);
  if (isQuiet && problems.length === 0) return null;
  const calls = shownChains.value.reduce((sum, { minute }) => sum + minute.n, 0);
  return (
    <Panel title="What is wrong" api="/api/events?limit=50" wide>
      {problems.length === 0
        ? (
          <p>
            Nothing. {calls === 0
              ? "No calls came in the last minute."
              : "Clients are served, and every provider that is in use is up."}
          </p>
        )
        : (
          <ul class="problems">
            {problems.slice(0, most).map(({ rank, text, leadsTo, state }) => (
              <li key={text}>
                <Shape state={state ?? (rank <= 2 ? "open" : "lagging")} />
                <ViewLink to={leadsTo}>{text}</ViewLink>
              </li>
            ))}
            {problems.length > most && <li class="muted">and {problems.length - most} more</li>}
          </ul>
        )}
    </Panel>
  );
}
