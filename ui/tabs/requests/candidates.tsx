// The candidates of a call in the order in which they would be tried, each with why it stood there and what came of it.

import type { JSX } from "preact";
import type { WholeCall } from "../../models/calls.ts";
import { outcomeText } from "../../models/calls.ts";

export function Candidates({ call }: { readonly call: WholeCall }): JSX.Element {
  const { candidates, strategy } = call;
  return (
    <section class="candidates" aria-labelledby="candidates">
      <h3 id="candidates">Why this order ({strategy})</h3>
      {candidates.length > 0 && <p class="note">Figures as they stood when the call ended.</p>}
      {candidates.length === 0 ? <p class="quiet-line">No provider was ranked for this call.</p> : (
        <ol>
          {candidates.map(({ id, why }) => (
            <li key={id}>
              <b>{id}</b>
              <span class="tried">{triedText(call, id)}</span>
              <span class="why">{why === "" ? "the strategy gave no reason" : inWords(why)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** A candidate's id is `provider:transport`. */
function triedText({ attempts }: WholeCall, id: string): string {
  const own = attempts.flatMap(({ provider, transport, outcome }, index) =>
    id === `${provider}:${transport}` ? [`${index + 1}: ${outcomeText(outcome)}`] : []
  );
  return own.length === 0 ? "not tried" : `attempt ${own.join(", ")}`;
}

/** What speaks against a candidate comes first, by its name: `breaker_open; expected 20 ms`. */
function inWords(why: string): string {
  return why.split("; ").map((part) => /^[a-z_]+$/.test(part) ? part.replaceAll("_", " ") : part).join("; ");
}
