// What could not be delivered, stored or sent: with why, to be tried once more or thrown away.

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ActionButton, Said } from "../../components/action.tsx";
import { Ago, At } from "../../components/ago.tsx";
import { Answered } from "../../components/panel.tsx";
import { count, span } from "../../format/number.ts";
import { type Action, type Changed, type Runner, useRunner } from "../../models/actions.ts";
import { useAsked } from "../../models/asked.ts";
import { now } from "../../models/store.ts";
import type { DeadLetter } from "../../models/system.ts";
import { AdminOnly } from "./admin_only.tsx";

const path = "/api/admin/dead-letters?limit=50";

export function DeadLetters(): JSX.Element {
  const [round, setRound] = useState(0);
  const runner = useRunner();
  const outcome = runner.said.value;
  useEffect(() => {
    if (outcome !== null) setRound((before) => before + 1);
  }, [outcome]);
  return (
    <AdminOnly
      title="Dead letters"
      name="letters"
      about="what could not be delivered, stored or sent"
      api={path}
      again={() => setRound(round + 1)}
    >
      {() => (
        <>
          <Said runner={runner} />
          <Letters key={round} runner={runner} />
        </>
      )}
    </AdminOnly>
  );
}

function Letters({ runner }: { readonly runner: Runner }): JSX.Element {
  const asked = useAsked<readonly DeadLetter[]>(path).value;
  return (
    <Answered asked={asked} empty="None: all that was to be delivered, stored or sent was.">
      {(letters) => (
        <ul class="letters">
          {letters.map((letter) => (
            <li key={letter.id}>
              <Letter letter={letter} runner={runner} />
            </li>
          ))}
        </ul>
      )}
    </Answered>
  );
}

const kinds = { alert: "Alert", transaction: "Transaction" } as const;

function Letter({ letter, runner }: { readonly letter: DeadLetter; readonly runner: Runner }): JSX.Element {
  const { id, kind, target, at, tries, last_error, next_at, body } = letter;
  const next = next_at === null ? null : Date.parse(next_at) - now.value;
  return (
    <>
      <p>
        <b>{kinds[kind]}</b> for {target}{" "}
        <span class="muted">
          from <At at={Date.parse(at)} />, <Ago at={Date.parse(at)} /> ago, {count(tries)}{" "}
          {tries === 1 ? "try" : "tries"}, {next === null ? "only by hand" : `next in ${span(next)}`}
        </span>
      </p>
      <p class="result-failed">{last_error}</p>
      <details>
        <summary>What it holds</summary>
        <pre class="mono" tabIndex={0}>{body}</pre>
      </details>
      <p class="buttons">
        <ActionButton runner={runner} action={retryOf(id)} label={`Try letter ${id} once more`}>
          Try once more
        </ActionButton>
        <ActionButton runner={runner} action={discardOf(letter)} danger label={`Discard letter ${id}`}>
          Discard
        </ActionButton>
      </p>
    </>
  );
}

interface Retried extends Changed {
  readonly error: string | null;
}

function retryOf(id: number): Action<Retried> {
  return {
    path: `/api/admin/dead-letters/${id}/retry`,
    done: "It has gone.",
    unchanged: "It could not be sent this time either: its error below is the newest.",
  };
}

function discardOf({ id, kind, target }: DeadLetter): Action {
  return {
    path: `/api/admin/dead-letters/${id}/discard`,
    danger: {
      title: "Discard this letter?",
      text: `${kinds[kind]} for ${target} will be gone for good. There is no way back.`,
      verb: "Discard",
    },
    done: "It is discarded.",
  };
}
