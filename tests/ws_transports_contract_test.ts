// Runs the contract of WebSocket transports for the built-in one.

import wsTransport from "../transports/ws.ts";
import { wsTransportContract } from "./ws_transports_contract.ts";

wsTransportContract("ws", wsTransport);
