// What may be done to a provider as a whole: drain and enable, its WebSocket, and asking it at once.

import type { JSX } from "preact";
import type { FeedChain, FeedProvider } from "../../../core/server/feed_model.ts";
import { ActionButton, Said } from "../../components/action.tsx";
import { millis } from "../../format/number.ts";
import { type Action, type Changed, useRunner, whyNot } from "../../models/actions.ts";

interface ProbeAnswer extends Changed {
  readonly state: string;
  readonly probes: readonly {
    readonly transport: string;
    readonly ok: boolean;
    readonly ms: number | null;
    readonly head: number | null;
    readonly error: string | null;
  }[];
}

export function DetailActions({ chain: { name: chain }, provider }: {
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
}): JSX.Element {
  const { id, override, transports } = provider;
  const runner = useRunner();
  const base = `/api/admin/providers/${encodeURIComponent(chain)}/${encodeURIComponent(id)}`;
  const isDrained = override?.includes("drained") === true;
  const isCut = override?.includes("WebSocket kept closed") === true;
  const hasWs = transports.some(({ transport }) => transport === "ws");
  const noWs = hasWs ? whyNot() : `${id} has no WebSocket.`;
  return (
    <div class="buttons acts">
      {isDrained
        ? (
          <ActionButton runner={runner} action={{ path: `${base}/enable`, done: `${id} gets calls again.` }}>
            Enable
          </ActionButton>
        )
        : <ActionButton runner={runner} danger action={drain(base, id, chain)}>Drain</ActionButton>}
      {isCut
        ? (
          <ActionButton
            runner={runner}
            off={noWs}
            action={{ path: `${base}/connect`, done: "Its WebSocket is opened." }}
          >
            Connect WebSocket
          </ActionButton>
        )
        : (
          <ActionButton runner={runner} danger off={noWs} action={disconnect(base, id, chain)}>
            Disconnect WebSocket
          </ActionButton>
        )}
      <ActionButton<ProbeAnswer>
        runner={runner}
        action={{ path: `${base}/probe`, done: probeText, unchanged: probeText }}
      >
        Ask for its head
      </ActionButton>
      <Said runner={runner} />
    </div>
  );
}

function drain(base: string, id: string, chain: string): Action {
  return {
    path: `${base}/drain`,
    done: `${id} gets calls only when nothing else is left.`,
    danger: {
      title: `Drain ${id}?`,
      text: `${id} gets calls of ${chain} only when nothing else is left, or when they are pinned to it. ` +
        "Subscriptions that it feeds move to others. Enable takes it in again.",
      verb: "Drain",
    },
  };
}

function disconnect(base: string, id: string, chain: string): Action {
  return {
    path: `${base}/disconnect`,
    done: "Its WebSocket is closed and stays so.",
    danger: {
      title: `Disconnect the WebSocket of ${id}?`,
      text:
        `It is closed and not opened again until you connect it. Calls and subscriptions of ${chain} that ` +
        "go over it move to others.",
      verb: "Disconnect",
    },
  };
}

function probeText({ probes }: ProbeAnswer): string {
  return probes.map(({ transport, ok, ms, head, error }) =>
    ok ? `${transport}: block ${head} in ${millis(ms)}` : `${transport}: ${error ?? "no answer"}`
  ).join("; ");
}
