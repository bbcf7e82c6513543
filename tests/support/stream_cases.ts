// What the named cases of the streams share: a world whose client is subscribed, and the ledger's verdict as an
// assertion.

import assert from "node:assert/strict";
import { faultsOf } from "../../battle/simulator/ledger_record.ts";
import type { LedgerFilter } from "../../battle/simulator/ledger.ts";
import { StreamWorld, type WorldOptions } from "./fake_stream_world.ts";
import type { ClientSubscription, StreamClient } from "./stream_client.ts";

export interface Case {
  readonly world: StreamWorld;
  readonly client: StreamClient;
  readonly heads: ClientSubscription;
  readonly logs: ClientSubscription;
}

/** A world with one client that has heads and the logs of `filter`, both acknowledged. The caller disposes the world. */
export async function subscribed(options: WorldOptions = {}, filter: LedgerFilter = {}): Promise<Case> {
  const world = new StreamWorld(options);
  const client = world.client();
  const heads = client.heads();
  const logs = client.logs(filter);
  await acknowledged(world, heads, logs);
  return { world, client, heads, logs };
}

/** Waits for the acknowledgements, then a little, so that all upstream subscriptions are open. */
export async function acknowledged(
  world: StreamWorld,
  ...subscriptions: readonly ClientSubscription[]
): Promise<void> {
  await world.until(() => subscriptions.every(({ ack, refused }) => ack !== null || refused !== null));
  for (const { refused } of subscriptions) assert.equal(refused, null);
  await world.advance(300);
}

/** The ledger finds no fault, nobody was told of a gap, and the client saw nothing odd. */
export function assertKept(
  { world, client }: Pick<Case, "world" | "client">,
  ...subscriptions: readonly ClientSubscription[]
): void {
  assert.deepEqual(client.faults, []);
  for (const subscription of subscriptions.length === 0 ? client.subscriptions : subscriptions) {
    const report = subscription.check(world.chain.ledger);
    assert.equal(faultsOf(report), 0, `${subscription.story.join(" ")}\n${JSON.stringify(report, null, 1)}`);
    assert.equal(report.announcedGaps, 0, "a gap was announced");
  }
}

/** Numbers `from` to `to`, as a record's story has them. */
export function numbers(from: number, to: number): string[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => String(from + index));
}

/** One log that every filter takes. */
export const oneLog = [{ address: `0x${"a0".repeat(20)}`, topics: [] }];
