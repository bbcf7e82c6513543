// Says what a dangerous action will do before it is done. Whoever does it awaits `askConfirm` of models/questions.ts;
// models/actions.ts does so for all that names a danger. Esc and Cancel mean no; Cancel has the focus at first.

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { askingConfirm } from "../models/questions.ts";

export function ConfirmDialog(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const asking = askingConfirm.value;
  useEffect(() => {
    if (asking === null) dialog.current?.close();
    else if (!dialog.current?.open) dialog.current?.showModal();
  }, [asking]);
  const end = (given: boolean): void => asking?.answer(given);
  return (
    <dialog
      ref={dialog}
      role="alertdialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onClose={() => end(false)}
    >
      <h2 id="confirm-title">{asking?.question.title}</h2>
      <p id="confirm-text">{asking?.question.text}</p>
      <p class="buttons">
        <button type="button" onClick={() => end(false)}>Cancel</button>
        <button type="button" class="danger" onClick={() => end(true)}>{asking?.question.verb}</button>
      </p>
    </dialog>
  );
}
