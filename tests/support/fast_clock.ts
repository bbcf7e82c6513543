// The real clock, run faster: a program that lives on it waits its seconds in parts of one, among real sockets. For
// what backs off for longer than a test may take; nothing that measures may use it.

import { type Clock, systemClock } from "../../core/clock.ts";

export function fastClock(speed: number): Clock {
  const start = systemClock.now();
  const wallStart = systemClock.wallNow();
  const now = (): number => (systemClock.now() - start) * speed;
  return {
    now,
    wallNow: () => wallStart + Math.floor(now()),
    after: (ms, fire) => systemClock.after(ms / speed, fire),
  };
}
