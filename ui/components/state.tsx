// A provider's or channel's state, the same everywhere: a shape, a word, a colour.

import type { JSX } from "preact";
import type { ProviderState } from "../../core/server/feed_model.ts";

const shapes: Readonly<Record<ProviderState, JSX.Element>> = {
  up: <circle cx="6" cy="6" r="5" />,
  lagging: <path d="M1 2h10L6 11z" />,
  limited: <path d="M1 1h10v10H1z M1 5h10v2H1z" fill-rule="evenodd" />,
  probing: <path d="M6 0.8 11.2 6 6 11.2 0.8 6z M6 3.2 3.2 6 6 8.8 8.8 6z" fill-rule="evenodd" />,
  open: <path d="M1.2 3 3 1.2 6 4.2 9 1.2 10.8 3 7.8 6 10.8 9 9 10.8 6 7.8 3 10.8 1.2 9 4.2 6z" />,
  off: (
    <path
      d="M6 1a5 5 0 1 0 0 10A5 5 0 0 0 6 1zm0 1.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8z"
      fill-rule="evenodd"
    />
  ),
  unknown: (
    <path d="M4.6 8.8h2v2h-2z M3 4a2.9 2.9 0 1 1 4.4 2.5c-.6.3-.8.6-.8 1.2H4.9c0-1.4.6-2 1.3-2.4.6-.4.8-.7.8-1.2 0-.6-.5-1-1.1-1-.7 0-1.2.5-1.2 1.2z" />
  ),
};

export function Shape({ state }: { readonly state: ProviderState }): JSX.Element {
  return <svg class={`shape ${state}`} viewBox="0 0 12 12" aria-hidden="true">{shapes[state]}</svg>;
}

export function State({ state, reason }: {
  readonly state: ProviderState;
  readonly reason?: string | null;
}): JSX.Element {
  return (
    <span class={`state ${state}`} title={reason ?? undefined}>
      <Shape state={state} />
      {state}
    </span>
  );
}
