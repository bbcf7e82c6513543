// A call through this provider alone, with its answer, its time and every attempt.

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { FeedChain, FeedProvider } from "../../../core/server/feed_model.ts";
import { ActionButton, Said } from "../../components/action.tsx";
import { millis } from "../../format/number.ts";
import { type Action, type Changed, useRunner, whyNot } from "../../models/actions.ts";

interface CallAnswer extends Changed {
  readonly transport: string | null;
  readonly method: string;
  readonly ms: number;
  readonly result?: unknown;
  readonly result_chars: number | null;
  readonly error: { readonly code: number; readonly message: string; readonly reason: string | null } | null;
  readonly attempts: readonly {
    readonly provider: string;
    readonly transport: string;
    readonly ms: number;
    readonly outcome: string;
  }[];
}

/** Those that need no address or hash of this chain. */
const methods: readonly (readonly [method: string, params: string])[] = [
  ["eth_blockNumber", "[]"],
  ["eth_chainId", "[]"],
  ["eth_gasPrice", "[]"],
  ["eth_getBlockByNumber", `["latest", false]`],
  ["eth_syncing", "[]"],
  ["web3_clientVersion", "[]"],
];

export function TestCall({ chain: { name: chain }, provider: { id, transports } }: {
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
}): JSX.Element {
  const runner = useRunner();
  const [method, setMethod] = useState("eth_blockNumber");
  const [params, setParams] = useState("[]");
  const [over, setOver] = useState("");
  const [answer, setAnswer] = useState<CallAnswer | null>(null);
  const wrong = isList(params) ? null : "The params are no JSON list.";
  const told = (data: CallAnswer): string => {
    setAnswer(data);
    return saidOf(data);
  };
  const action = (): Action<CallAnswer> => ({
    path: `/api/admin/providers/${encodeURIComponent(chain)}/${encodeURIComponent(id)}/call`,
    body: { method, params: JSON.parse(params), ...(over === "" ? {} : { transport: over }) },
    done: told,
    unchanged: told,
  });
  return (
    <form class="test-call" onSubmit={(event) => event.preventDefault()}>
      <h3>Test call</h3>
      <label>
        Method
        <input
          list="test-methods"
          value={method}
          size={22}
          onInput={({ currentTarget: { value } }) => {
            setMethod(value);
            const known = methods.find(([name]) => name === value);
            if (known !== undefined) setParams(known[1]);
          }}
        />
      </label>
      <datalist id="test-methods">{methods.map(([name]) => <option key={name} value={name} />)}</datalist>
      <label>
        Params
        <input
          class="mono"
          value={params}
          size={22}
          aria-invalid={wrong !== null}
          onInput={({ currentTarget }) => setParams(currentTarget.value)}
        />
      </label>
      <label>
        By
        <select value={over} onChange={({ currentTarget }) => setOver(currentTarget.value)}>
          <option value="">either</option>
          {transports.map(({ transport }) => <option key={transport} value={transport}>{transport}</option>)}
        </select>
      </label>
      <ActionButton<CallAnswer>
        runner={runner}
        off={wrong ?? whyNot()}
        action={wrong === null ? action() : { path: "", done: "" }}
      >
        Call
      </ActionButton>
      <Said runner={runner} />
      {answer !== null && <Answer answer={answer} />}
    </form>
  );
}

function Answer({ answer: { result, result_chars, error, attempts } }: {
  readonly answer: CallAnswer;
}): JSX.Element {
  const text = error !== null
    ? `${error.code}: ${error.message}`
    : result === undefined
    ? `${result_chars} characters: too long to be shown`
    : JSON.stringify(result, null, 2);
  return (
    <div class="answer">
      <pre class="snippet" tabIndex={0}>{text.length > 4_000 ? `${text.slice(0, 4_000)} …` : text}</pre>
      {attempts.length > 1 && (
        <ol class="note">
          {attempts.map(({ transport, ms, outcome }, i) => (
            <li key={i}>{transport}: {outcome} after {millis(ms)}</li>
          ))}
        </ol>
      )}
    </div>
  );
}

function saidOf({ ok, transport, ms, error }: CallAnswer): string {
  if (ok) return `Answered by ${transport ?? "nobody"} in ${millis(ms)}.`;
  return `${error?.reason?.replaceAll("_", " ") ?? "Failed"} after ${millis(ms)}.`;
}

function isList(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
