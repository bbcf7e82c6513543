// Which changes of state are told as lines: heads, clients and races have lists of their own, and a transport that did
// what its provider did is not told twice. Pure.

import type { StateEvent } from "../../core/server/feed_model.ts";

const untold: ReadonlySet<string> = new Set(["head", "client", "race"]);
/** A provider's own change comes within this of its transports'. */
const togetherMs = 2_000;

export function toldOf<Event extends StateEvent>(events: readonly Event[], chain: string | null): Event[] {
  const own = events.filter((one) =>
    !untold.has(one.topic) && (chain === null || one.chain === undefined || one.chain === chain)
  );
  const wholes = own.filter(({ event, transport }) =>
    event === "provider.state" && typeof transport !== "string"
  );
  return own.filter((one) => {
    if (one.event !== "provider.state" || typeof one["transport"] !== "string") return true;
    return !wholes.some((whole) =>
      whole.chain === one.chain && whole["provider"] === one["provider"] && whole["state"] === one["state"] &&
      Math.abs(whole.at - one.at) <= togetherMs
    );
  });
}
