// A button that changes something, and the sentence beside it that says how it went. Buttons of one row or form share a
// runner, so that only one acts at a time and one sentence stands there.

import type { ComponentChildren, JSX } from "preact";
import { type Action, type Outcome, type Runner, useRunner, whyNot } from "../models/actions.ts";

export function ActionButton<Data>({ runner, action, off, danger = false, label, children }: {
  readonly runner: Runner;
  readonly action: Action<Data>;
  /** Why it can't be done now. Default: `whyNot()`. */
  readonly off?: string | null;
  /** Painted as what takes something out of service. */
  readonly danger?: boolean;
  /** Said for the button where its word alone says too little: "Drain swift". */
  readonly label?: string;
  readonly children: ComponentChildren;
}): JSX.Element {
  const reason = off === undefined ? whyNot() : off;
  return (
    <button
      type="button"
      class={danger ? "danger" : undefined}
      aria-label={label}
      title={reason ?? undefined}
      disabled={reason !== null}
      // While it acts it keeps the focus: somebody without a mouse goes on from here.
      aria-disabled={runner.busy.value ? "true" : undefined}
      onClick={() => void runner.run(action)}
    >
      {children}
    </button>
  );
}

/** Holds its place, so that nothing moves when it speaks; a status for those who can't see it. */
export function Said({ runner }: { readonly runner: Runner }): JSX.Element {
  const outcome: Outcome | null = runner.said.value;
  return (
    <output class={outcome?.ok === false ? "said failed" : "said"}>
      {runner.busy.value ? "…" : outcome?.text ?? ""}
    </output>
  );
}

/** A single button with its sentence. */
export function ActionWithWord<Data>({ action, off, danger, children }: {
  readonly action: Action<Data>;
  readonly off?: string | null;
  readonly danger?: boolean;
  readonly children: ComponentChildren;
}): JSX.Element {
  const runner = useRunner();
  return (
    <span class="action">
      <ActionButton
        runner={runner}
        action={action}
        {...(off === undefined ? {} : { off })}
        {...(danger === undefined ? {} : { danger })}
      >
        {children}
      </ActionButton>
      <Said runner={runner} />
    </span>
  );
}
