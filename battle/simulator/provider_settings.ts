// How one simulated provider behaves: how fast, how reliable, how far behind, what it refuses. All of it may change
// while it runs. A wrong value is refused at once with a sentence that names it.

import type { RateLimit } from "../../core/settings.ts";
import {
  announcementProblem,
  type AnnouncementSettings,
  defaultAnnouncementSettings,
} from "./announcement_settings.ts";
import { type Latency, latencyProblem } from "./latency.ts";
import type { NodeLimits } from "./method_context.ts";

/**
 * `reset`: the socket is torn down. `hang`: no answer ever. `rpc_internal`: -32603 inside HTTP 200. Over WebSocket
 * `http_429` is -32005, and the other two with a status are -32603.
 */
export const failureKinds = [
  "http_500",
  "http_503",
  "http_429",
  "reset",
  "hang",
  "rpc_internal",
] as const;

export type FailureKind = typeof failureKinds[number];

export interface SimulatedProviderSettings extends NodeLimits, AnnouncementSettings {
  readonly name: string;
  /** Of each HTTP request and WebSocket message, a batch being one. */
  readonly latency: Latency;
  /** Share of HTTP requests and WebSocket messages that fail, 0..1. */
  readonly failureRate: number;
  /** Which failures, with equal chances. */
  readonly failureKinds: readonly FailureKind[];
  /** It shows the chain as it was so many blocks ago. */
  readonly lagBlocks: number;
  /** JSON-RPC calls; beyond it HTTP 429. null: no limit. */
  readonly rateLimit: RateLimit | null;
  /** Methods that it claims not to know; a trailing `*` matches any ending. */
  readonly denyMethods: readonly string[];
  /** Sockets stay open and new ones connect, but nothing is answered or announced until it is over (SIGSTOP). */
  readonly stall: boolean;
}

export const defaultProviderSettings: Omit<SimulatedProviderSettings, "name"> = {
  latency: { kind: "fixed", ms: 0 },
  failureRate: 0,
  failureKinds: ["http_500", "http_503", "reset", "rpc_internal"],
  lagBlocks: 0,
  rateLimit: null,
  archive: true,
  stateBlocks: 128,
  getLogsRange: null,
  logBlocks: null,
  claimedChainId: null,
  denyMethods: [],
  stall: false,
  syncing: false,
  ...defaultAnnouncementSettings,
};

/** Returns the settings; RangeError for a value that makes no sense. */
export function checkedSettings(settings: SimulatedProviderSettings): SimulatedProviderSettings {
  const problem = problemOf(settings);
  if (problem !== null) {
    throw new RangeError(`Cannot run simulated provider '${settings.name}' as ${problem}`);
  }
  return settings;
}

function problemOf(settings: SimulatedProviderSettings): string | null {
  const { failureRate, lagBlocks, stateBlocks, getLogsRange, rateLimit, logBlocks, claimedChainId } =
    settings;
  if (!(failureRate >= 0 && failureRate <= 1)) return `failureRate must be 0 to 1: it is ${failureRate}`;
  if (failureRate > 0 && settings.failureKinds.length === 0) {
    return "failureKinds is empty while failureRate is not 0";
  }
  if (!isWhole(lagBlocks, 0)) return `lagBlocks must be a whole number of 0 or more: it is ${lagBlocks}`;
  if (!isWhole(stateBlocks, 1)) {
    return `stateBlocks must be a whole number of 1 or more: it is ${stateBlocks}`;
  }
  if (getLogsRange !== null && !isWhole(getLogsRange, 1)) {
    return `getLogsRange must be a whole number of 1 or more, or null: it is ${getLogsRange}`;
  }
  if (logBlocks !== null && !isWhole(logBlocks, 1)) {
    return `logBlocks must be a whole number of 1 or more, or null: it is ${logBlocks}`;
  }
  if (claimedChainId !== null && !isWhole(claimedChainId, 1)) {
    return `claimedChainId must be a whole number of 1 or more, or null: it is ${claimedChainId}`;
  }
  if (rateLimit !== null && !(rateLimit.count > 0 && rateLimit.perMs > 0)) {
    return `rateLimit must have count and perMs above 0: it is ${rateLimit.count} per ${rateLimit.perMs} ms`;
  }
  return latencyProblem(settings.latency) ?? announcementProblem(settings);
}

function isWhole(value: number, least: number): boolean {
  return Number.isInteger(value) && value >= least;
}
