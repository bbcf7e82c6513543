// Loaded before main.ts (`deno run --preload`), for the observation figure alone: a router whose recorder does nothing,
// so that no strategy measures, nothing is counted for scrapes, nothing kept as history. Its request log stays.

import { Meter } from "../core/measure/meter.ts";
import { CallKeeper } from "../core/server/call_keeper.ts";

Meter.prototype.attempt = () => {};
Meter.prototype.request = () => {};
CallKeeper.prototype.ended = () => {};
