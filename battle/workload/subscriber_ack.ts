// What only the chain's side knows of a subscriber's record: which block was the newest when its subscription was
// acknowledged. Pure; called by whoever holds the times of the blocks.

import type { SubscriberRecord } from "../model/record.ts";

export interface TimedBlock {
  /** When it was added to the ledger, µs from time 0. */
  readonly atUs: number;
  readonly number: number;
  readonly hash: string;
}

/** `blocks` in the order of their times. The record as it is where none of them came before the acknowledgement. */
export function withAck(record: SubscriberRecord, blocks: readonly TimedBlock[]): SubscriberRecord {
  const { ackUs } = record;
  if (ackUs === null || record.record === null) return record;
  const newest = blocks.findLast(({ atUs }) => atUs <= ackUs);
  if (newest === undefined) return record;
  const ack = { number: newest.number, hash: newest.hash };
  return { ...record, record: { ...record.record, ack } };
}
