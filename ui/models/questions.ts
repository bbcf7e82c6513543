// What has to be asked of a person before something is done: the admin token, and whether they mean it. A promise for
// whoever asks; the dialogs in components/ show what is asked and answer it.

import { type ReadonlySignal, signal } from "@preact/signals";
import { token } from "./api.ts";
import { snapshot } from "./store.ts";

export interface Confirmation {
  /** A question: "Drain alchemy?" */
  readonly title: string;
  /** What will happen, and how it is undone. */
  readonly text: string;
  /** The word on the button that does it: "Drain". */
  readonly verb: string;
}

interface Asking<Question> {
  readonly question: Question;
  answer(given: boolean): void;
}

const tokenAsking = signal<Asking<null> | null>(null);
const confirmAsking = signal<Asking<Confirmation> | null>(null);

export const askingToken: ReadonlySignal<Asking<null> | null> = tokenAsking;
export const askingConfirm: ReadonlySignal<Asking<Confirmation> | null> = confirmAsking;

/** False: the user gave none. True at once where none is needed or it was given before. */
export function askToken(): Promise<boolean> {
  if (token.value !== null || snapshot.value?.admin === "loopback") return Promise.resolve(true);
  return asked(tokenAsking, null);
}

/** False: the user would rather not. */
export function askConfirm(question: Confirmation): Promise<boolean> {
  return asked(confirmAsking, question);
}

/** A question that is still open is answered by no: the newer one takes its place. */
function asked<Question>(
  place: { value: Asking<Question> | null; peek(): Asking<Question> | null },
  question: Question,
): Promise<boolean> {
  place.peek()?.answer(false);
  return new Promise((resolve) => {
    place.value = {
      question,
      answer: (given) => {
        place.value = null;
        resolve(given);
      },
    };
  });
}
