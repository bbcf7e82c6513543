// A subscription in the transport tests: keeps what its sink hears, in order, and lets a test wait for it.

import type {
  SubscriptionSink,
  Transport,
  UpstreamCall,
  UpstreamSubscription,
} from "../../core/plugins/transport.ts";
import { rpcCall } from "./transport_probe.ts";

export interface SubscriptionProbe {
  readonly subscription: UpstreamSubscription;
  /** "confirmed", "event …", "refused <status> <body>", "lost <code> <sent>". */
  readonly heard: string[];
  /** Resolves once `condition` holds of what was heard. */
  until(condition: (heard: readonly string[]) => boolean): Promise<void>;
}

export function subscribe(
  transport: Transport,
  id: number,
  onHeard: (what: string) => void = () => {},
): SubscriptionProbe {
  const heard: string[] = [];
  const watchers = new Set<() => void>();
  let subscribing = true;
  const note = (what: string): void => {
    if (subscribing) throw new Error("The sink was called during subscribe.");
    heard.push(what);
    onHeard(what);
    for (const watch of [...watchers]) watch();
  };
  const sink: SubscriptionSink = {
    onConfirmed: () => note("confirmed"),
    onEvent: (result) => note(`event ${result}`),
    onRefused: ({ status, body }) => note(`refused ${status} ${body}`),
    onLost: ({ code, sent }) => note(`lost ${code} ${sent}`),
  };
  const subscription = transport.subscribe!(subscribeCall(id), sink);
  subscribing = false;
  return {
    subscription,
    heard,
    until: (condition) =>
      new Promise((resolve) => {
        const watch = (): void => {
          if (!condition(heard)) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
  };
}

function subscribeCall(id: number): UpstreamCall {
  return rpcCall(id, "eth_subscribe", '["newHeads"]');
}
