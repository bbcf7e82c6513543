// One call beside the list: asked for anew a few times while it may still be on its way into history. Esc closes it.

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ViewLink } from "../../components/link.tsx";
import { Answered, Panel } from "../../components/panel.tsx";
import { useAsked } from "../../models/asked.ts";
import type { WholeCall } from "../../models/calls.ts";
import { routing } from "../../models/store.ts";
import { go } from "../../models/view.ts";
import { Call } from "./call.tsx";
import { NotKept } from "./not_kept.tsx";

/** History is written in batches, so what has just ended is not there at once. */
const tries = 3;
const againMs = 1_200;

export function CallPanel({ id }: { readonly id: string }): JSX.Element {
  const [round, setRound] = useState(0);
  // What the feed said of it, held since the feed's list moves on.
  const [live] = useState(() => routing.peek().find(({ request_id }) => request_id === id) ?? null);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || document.querySelector("dialog[open]") !== null) return;
      if (event.target instanceof HTMLInputElement) return;
      go({ params: { id: "" } });
    };
    document.addEventListener("keydown", close);
    // On a narrow page it lies above the list.
    if (box.current !== null && box.current.getBoundingClientRect().top < 0) box.current.scrollIntoView();
    return () => document.removeEventListener("keydown", close);
  }, []);
  return (
    <div class="one-call" ref={box}>
      <Panel
        title="One call"
        api={`/api/requests/${encodeURIComponent(id)}`}
        actions={<ViewLink to={{ params: { id: "" } }}>Close (Esc)</ViewLink>}
      >
        <p class="call-id mono">{id}</p>
        <Answer key={round} id={id} live={live} round={round} again={() => setRound(round + 1)} />
      </Panel>
    </div>
  );
}

function Answer({ id, live, round, again }: {
  readonly id: string;
  readonly live: ReturnType<typeof routing.peek>[number] | null;
  readonly round: number;
  readonly again: () => void;
}): JSX.Element {
  const asked = useAsked<WholeCall>(`/api/requests/${encodeURIComponent(id)}`).value;
  const isUnknown = asked.problem?.code === "unknown_request";
  const isWaiting = isUnknown && live !== null && round < tries;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setTimeout(again, againMs);
    return () => clearTimeout(timer);
  }, [isWaiting]);
  if (isUnknown) return <NotKept live={live} waiting={isWaiting} again={again} />;
  return <Answered asked={asked} isEmpty={() => false} empty="">{(call) => <Call call={call} />}</Answered>;
}
