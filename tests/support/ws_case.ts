// The form of a case of the contract of WebSocket transports: a server, and a way to transports to it.

import type { Transport } from "../../core/plugins/transport.ts";
import type { NastyWsServer, WsBehaviour } from "./nasty_ws_server.ts";
import type { testTarget } from "./transport_probe.ts";

export interface WsStage {
  readonly server: NastyWsServer;
  /** A transport to the behaviour of this name; disposed at the end. */
  to(path: string, more?: Parameters<typeof testTarget>[1]): Transport;
}

export interface WsCase {
  /** In the place of those that the path chooses. */
  readonly behaviour?: WsBehaviour;
  run(stage: WsStage): Promise<void>;
}
