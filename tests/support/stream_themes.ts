// The families of seeded schedules, and how a seed names its family: the millions of a seed are the family's place in
// this list, so that one number replays one schedule.

import { runSchedule, type ScheduleResult, type Theme } from "./stream_schedule.ts";

export const themes: readonly Theme[] = [
  { name: "everything at once" },
  {
    name: "a single provider, lost and back",
    providers: [1],
    wsRatio: 1,
    favours: ["kill", "cut", "all_down"],
  },
  {
    name: "failover between WebSockets",
    providers: [2, 3],
    wsRatio: 1,
    favours: ["kill", "cut", "stall_events", "stall"],
  },
  { name: "polling over HTTP alone", wsRatio: 0, favours: ["kill", "reorg", "slow", "fail"] },
  { name: "WebSocket and HTTP mixed", providers: [2, 3], wsRatio: 0.5 },
  { name: "reorgs and returns", favours: ["reorg", "return", "reorg", "cut", "lag"] },
  {
    name: "blooms that can't be trusted",
    trustBloom: false,
    confirmLogs: "on_switch",
    favours: ["kill", "cut", "stall_events", "reorg"],
  },
  {
    name: "lost and doubled notifications",
    trustBloom: true,
    favours: ["skip_heads", "skip_logs", "duplicates", "lag"],
  },
  { name: "slow and failing backfill", favours: ["slow", "fail", "cut", "kill"] },
  { name: "250 ms blocks", blockTimes: [250], favours: ["burst", "cut", "reorg"] },
  { name: "gaps above a small maximum", gaps: true, favours: ["kill", "all_down", "fail", "burst"] },
  { name: "reloads, clients coming and going", favours: ["reload", "join", "leave", "unsubscribe"] },
];

const familySize = 1_000_000;

/** Seed number `nth` of a family. */
export function seedOf(theme: Theme, nth: number): number {
  return themes.indexOf(theme) * familySize + nth;
}

export function themeOf(seed: number): Theme {
  const theme = themes[Math.floor(seed / familySize)];
  if (theme === undefined) throw new Error(`no family has the seed ${seed}`);
  return theme;
}

/** Runs a schedule; what is thrown is a fault, too. */
export async function replay(seed: number, trace?: (line: string) => void): Promise<ScheduleResult> {
  try {
    return await runSchedule(themeOf(seed), seed, trace);
  } catch (thrown) {
    const fault = thrown instanceof Error ? thrown.stack ?? thrown.message : String(thrown);
    return { faults: [fault], events: 0, announcedGaps: 0 };
  }
}
