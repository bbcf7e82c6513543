// The built-in transports, as main hands them to the loader. A list and nothing else.

import type { TransportPlugin } from "../core/plugins/transport.ts";
import fetch from "./fetch.ts";
import http from "./http.ts";
import ws from "./ws.ts";

export const builtinTransports: readonly TransportPlugin[] = [http, fetch, ws];
