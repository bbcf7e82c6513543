// Ids of subscriptions and of kept filters on a simulated node: 16 bytes from the randomness that is given.

import type { Random } from "../../core/random.ts";

/** Spelt as go-ethereum does: no leading zeros. */
export function newSubscriptionId(random: Random): string {
  let digits = "";
  for (let word = 0; word < 4; word++) {
    digits += Math.floor(random.next() * 2 ** 32).toString(16).padStart(8, "0");
  }
  return `0x${digits.replace(/^0+(?=.)/, "")}`;
}
