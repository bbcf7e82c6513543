// A part of a tab: a heading, what belongs to it at the right, and the command that gives the same data in a terminal.
// It shows loading, errors and emptiness in the same way everywhere.

import type { ComponentChildren, JSX } from "preact";
import { useState } from "preact/hooks";
import { curlOf } from "../models/api.ts";
import type { Asked } from "../models/asked.ts";

export function Panel({ title, note, api, actions, children, wide = false }: {
  readonly title: string;
  /** Window and n of the figures, or what the part is about. */
  readonly note?: ComponentChildren;
  /** Path of the data behind it. */
  readonly api?: string;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
  /** Takes the whole width. */
  readonly wide?: boolean;
}): JSX.Element {
  const id = `panel-${title.toLowerCase().replace(/[^a-z0-9]+/g, "-")}`;
  return (
    <section class={wide ? "panel wide" : "panel"} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <p class="note">{note}</p>}
        <div class="actions">
          {actions}
          {api !== undefined && <CopyCurl path={api} about={title} />}
        </div>
      </header>
      {children}
    </section>
  );
}

export function CopyCurl({ path, about }: { readonly path: string; readonly about: string }): JSX.Element {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(curlOf(path));
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <button type="button" class="quiet" aria-label={`Copy ${about} as curl`} onClick={() => void copy()}>
      {copied ? "copied" : "curl"}
    </button>
  );
}

/** The answer to a question, or why there is none. */
export function Answered<Data>({ asked, empty, isEmpty, children }: {
  readonly asked: Asked<Data>;
  /** What is said when there is nothing, with why. */
  readonly empty: ComponentChildren;
  readonly isEmpty?: (data: Data) => boolean;
  readonly children: (data: Data) => ComponentChildren;
}): JSX.Element {
  const { data, problem } = asked;
  if (data === null) {
    if (problem === null) return <p class="quiet-line" role="status">Loading …</p>;
    return (
      <p class="failed" role="alert">
        {problem.message} {problem.hint}
      </p>
    );
  }
  const nothing = isEmpty?.(data) ?? (Array.isArray(data) && data.length === 0);
  return (
    <div class={problem === null ? undefined : "stale"}>
      {problem !== null && <p class="failed" role="alert">Not renewed: {problem.message}</p>}
      {nothing ? <p class="quiet-line">{empty}</p> : children(data)}
    </div>
  );
}
