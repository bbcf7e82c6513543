// What Lasso answers or refuses itself, without asking any provider (spec: methods.md, classes "local" and "refused").

import { refuse } from "../rpc/refusal.ts";
import type { MethodInfo } from "../rpc/methods.ts";
import type { ChainSettings } from "../settings.ts";
import type { Outcome } from "./outcome.ts";

/** null: the call is routed. `websocketUrl`: where subscriptions are served. */
export function ownAnswer(
  method: string,
  info: MethodInfo,
  chain: ChainSettings,
  websocketUrl: string,
): Outcome | null {
  if (info.websocketOnly) {
    const message = `${method} needs a WebSocket connection; this request came over HTTP.`;
    return {
      kind: "refusal",
      refusal: refuse("websocket_only", message, { data: { websocket_url: websocketUrl } }),
    };
  }
  if (info.replay === "refused") {
    const message = `${method} needs a key held by the node; sign locally and use eth_sendRawTransaction.`;
    return { kind: "refusal", refusal: refuse("refused_method", message) };
  }
  if (info.replay !== "local") return null;
  if (method === "eth_chainId") return { kind: "result", result: `"0x${chain.chainId.toString(16)}"` };
  if (method === "net_version") return { kind: "result", result: `"${chain.chainId}"` };
  return method === "eth_accounts" ? { kind: "result", result: "[]" } : null;
}
