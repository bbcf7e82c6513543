// One call: how it ended, who answered, where its time went, its attempts, and why each candidate stood where it did.

import type { JSX } from "preact";
import { At } from "../../components/ago.tsx";
import { ViewLink } from "../../components/link.tsx";
import { millis } from "../../format/number.ts";
import type { WholeCall } from "../../models/calls.ts";
import { Candidates } from "./candidates.tsx";
import { OutcomeState } from "./outcome_state.tsx";
import { Waterfall } from "./waterfall.tsx";

export function Call({ call }: { readonly call: WholeCall }): JSX.Element {
  const { chain, method, provider, provider_transport, strategy, outcome, retries, error } = call;
  return (
    <>
      <p class="call-headline">
        <strong class="mono">{method}</strong>
        <OutcomeState outcome={outcome} retries={retries} />
        <span class="figure">{millis(call.duration_ms)}</span>
      </p>
      {error !== null && (
        <p class="call-error">
          <span class="muted">Error {error.code}</span> <span class="mono">{error.message}</span>
        </p>
      )}
      <dl class="pairs call-facts">
        <dt>Ended</dt>
        <dd>
          <At at={Date.parse(call.at)} />, came by {call.transport === "ws" ? "WebSocket" : "HTTP"}
        </dd>
        <dt>Chain</dt>
        <dd>{chain}</dd>
        <dt>Answered by</dt>
        <dd>
          {provider === null ? (outcome === "ok" ? "Lasso itself, no provider was asked" : "nobody") : (
            <>
              <ViewLink to={{ tab: "providers", chain, params: { provider } }}>{provider}</ViewLink>{" "}
              {provider_transport}
            </>
          )}
        </dd>
        <dt>Why</dt>
        <dd>{strategy}: {call.reason === "" ? "no words were kept" : call.reason}</dd>
        <dt>Time</dt>
        <dd>
          {provider !== null && `${millis(call.upstream_ms)} at the provider that answered, `}
          {millis(call.overhead_ms)} in Lasso
        </dd>
      </dl>
      <Waterfall call={call} />
      <Candidates call={call} />
    </>
  );
}
