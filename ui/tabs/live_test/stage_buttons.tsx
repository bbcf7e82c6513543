// What may be done to a provider here: kill and revive it (demo), close and open its WebSocket, drain it, reset its
// breakers. In the demo each is one click; at a real provider what takes it out of service is confirmed.

import type { JSX } from "preact";
import type { FeedChain, FeedProvider } from "../../../core/server/feed_model.ts";
import { ActionButton } from "../../components/action.tsx";
import { type Action, type Runner, whyNotDemo } from "../../models/actions.ts";
import type { FaultRow } from "../../models/demo.ts";

export function StageButtons({ runner, chain, provider, faults, demo }: {
  readonly runner: Runner;
  readonly chain: FeedChain;
  readonly provider: FeedProvider;
  readonly faults: readonly FaultRow[];
  readonly demo: boolean;
}): JSX.Element {
  const { id, override, transports } = provider;
  const place = `${encodeURIComponent(chain.name)}/${encodeURIComponent(id)}`;
  const kill = faults.find(({ kind }) => kind === "kill");
  const isDrained = override?.includes("drained") === true;
  const isCut = override?.includes("WebSocket kept closed") === true;
  const hasWs = transports.some(({ transport }) => transport === "ws");
  const tripped = transports.find(({ breaker }) => breaker !== "closed");
  const on = (path: string, done: string, rest: Partial<Action> = {}): Action => ({
    path: `/api/admin/${path}`,
    done,
    ...rest,
  });
  // What turns into its contrary keeps its key, and so the focus.
  const button = (key: string, word: string, action: Action, danger = false): JSX.Element => (
    <ActionButton
      key={key}
      runner={runner}
      action={action}
      danger={danger}
      label={`${word} ${id} of ${chain.name}`}
    >
      {word}
    </ActionButton>
  );
  return (
    <>
      {demo && (kill === undefined
        ? (
          <ActionButton
            key="kill"
            runner={runner}
            danger
            off={whyNotDemo()}
            label={`Kill ${id} of ${chain.name}`}
            action={on("faults", `${id} refuses connections from now on.`, {
              body: { kind: "kill", chain: chain.name, provider: id },
            })}
          >
            Kill
          </ActionButton>
        )
        : button(
          "kill",
          "Revive",
          on(
            `faults?id=${encodeURIComponent(kill.id)}`,
            `${id} listens again; its breaker closes after good probes.`,
            {
              method: "DELETE",
            },
          ),
        ))}
      {hasWs && (isCut
        ? button("socket", "Connect", on(`providers/${place}/connect`, "Its WebSocket may be opened again."))
        : button(
          "socket",
          "Disconnect",
          on(`providers/${place}/disconnect`, "Its WebSocket is closed and stays so.", {
            danger: demo ? undefined : {
              title: `Disconnect ${id}?`,
              text:
                `The WebSocket of ${id} (${chain.name}) is closed and not opened again until you connect it. ` +
                "Its subscriptions move to other providers.",
              verb: "Disconnect",
            },
          }),
        ))}
      {isDrained
        ? button("drain", "Enable", on(`providers/${place}/enable`, "It gets calls again."))
        : button(
          "drain",
          "Drain",
          on(`providers/${place}/drain`, "It gets calls only when nothing else is left.", {
            danger: demo ? undefined : {
              title: `Drain ${id}?`,
              text: `${id} (${chain.name}) gets calls only when nothing else is left, until you enable it. ` +
                "Subscriptions that it feeds move to other providers.",
              verb: "Drain",
            },
          }),
        )}
      {tripped !== undefined && button(
        "reset",
        "Reset breaker",
        on(
          `breakers/${place}/${tripped.transport}`,
          `The ${tripped.transport} breaker is closed, as at the start.`,
          {
            body: { action: "reset" },
          },
        ),
      )}
    </>
  );
}
