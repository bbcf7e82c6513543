// One way to change something: asks for the token, confirms what is dangerous, acts, and says in a sentence how it
// went. The sentence stands beside the button (components/action.tsx), never in a toast.

import { type ReadonlySignal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { act, isDenied, setToken, token } from "./api.ts";
import { askConfirm, askToken, type Confirmation } from "./questions.ts";
import { link, snapshot } from "./store.ts";

export interface Action<Data = Changed> {
  readonly method?: "POST" | "PUT" | "DELETE";
  /** `/api/admin/…` */
  readonly path: string;
  readonly body?: unknown;
  /** Asked before; absent: it is done at once. */
  readonly danger?: Confirmation | undefined;
  /** Said when it was done. */
  readonly done: string | ((data: Data) => string);
  /** Said when it was so already. Default: "It was so already." */
  readonly unchanged?: string | ((data: Data) => string);
}

/** What most admin calls answer. */
export interface Changed {
  readonly ok: boolean;
  readonly changed: boolean;
}

export interface Outcome<Data = unknown> {
  readonly ok: boolean;
  readonly text: string;
  /** What was answered; null: it failed. */
  readonly data: Data | null;
}

/** null: the user would rather not. */
export async function perform<Data = Changed>(action: Action<Data>): Promise<Outcome<Data> | null> {
  if (!await askToken()) return null;
  if (action.danger !== undefined && !await askConfirm(action.danger)) return null;
  const result = await act<Data>(action.method ?? "POST", action.path, action.body ?? {});
  if (!result.ok) {
    const { message, hint } = result.problem;
    // A token that is no longer taken would only fail again.
    if (isDenied(result.problem) && token.peek() !== null) setToken(null);
    return { ok: false, text: hint === null ? message : `${message} ${hint}`, data: null };
  }
  return { ok: true, text: doneText(action, result.data), data: result.data };
}

function doneText<Data>({ done, unchanged }: Action<Data>, data: Data): string {
  const isSame = (data as Partial<Changed> | null)?.changed === false;
  const said = isSame ? unchanged ?? "It was so already." : done;
  return typeof said === "string" ? said : said(data);
}

/** Why nothing may be changed from here now; null: it may. Reads signals: call it while drawing. */
export function whyNot(): string | null {
  if (link.value.state === "stale") return "The router does not answer.";
  if (snapshot.value?.admin !== "none") return null;
  return "No admin token is configured (server.admin_token), and this page was not opened on the router's machine.";
}

/** The same for what only `lasso demo` has. */
export function whyNotDemo(): string | null {
  if (snapshot.value?.demo === false) {
    return "Only lasso demo has simulated providers and traffic of its own.";
  }
  return whyNot();
}

/** Runs the actions of a row or a form, one at a time, and keeps what is to be said of the newest. */
export interface Runner {
  readonly busy: ReadonlySignal<boolean>;
  readonly said: ReadonlySignal<Outcome | null>;
  run<Data = Changed>(action: Action<Data>): Promise<Outcome<Data> | null>;
}

/** A success is old news after this long; a failure stays until something else is done. */
const saidMs = 12_000;

export function useRunner(): Runner {
  const { runner, end } = useMemo(startRunner, []);
  useEffect(() => end, []);
  return runner;
}

function startRunner(): { runner: Runner; end: () => void } {
  const busy = signal(false);
  const said = signal<Outcome | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = async <Data>(action: Action<Data>): Promise<Outcome<Data> | null> => {
    if (busy.peek()) return null;
    clearTimeout(timer);
    busy.value = true;
    said.value = null;
    try {
      const outcome = await perform(action);
      said.value = outcome;
      if (outcome?.ok) timer = setTimeout(() => said.value = null, saidMs);
      return outcome;
    } finally {
      busy.value = false;
    }
  };
  return { runner: { busy, said, run }, end: () => clearTimeout(timer) };
}
