// What chain faults make of a provider's settings while they are in force: pure. Its own settings stay as they are; of
// several faults of a kind the worst holds. The two that settings can't say (a branch of its own, lies) are not here.

import type { AnswerFault, ChainFault } from "../model/fault.ts";
import type { OverlayFault } from "./answer_overlay.ts";
import type { Dose } from "./dose.ts";
import type { SimulatedProviderSettings } from "./provider_settings.ts";

/** Chain faults of one provider; `reorg` is the chain's own. */
export type ProviderChainFault = Exclude<ChainFault, { readonly kind: "reorg" }>;

export type SettingsFault = Exclude<ProviderChainFault, { readonly kind: "forked_head" | "lying" }>;

const settingsFaults: Readonly<Record<SettingsFault["kind"] | "forked_head", true>> = {
  lag: true,
  stall: true,
  stall_subscriptions: true,
  forked_head: true,
  pruned: true,
  wrong_chain_id: true,
  skip_events: true,
  duplicate_events: true,
  late_events: true,
};

/** Is it a fault of answers, as `AnswerOverlay` takes it? Lying is one. */
export function isAnswerFault(fault: AnswerFault | ProviderChainFault): fault is OverlayFault {
  return !Object.hasOwn(settingsFaults, fault.kind);
}

export function withChainFaults(
  own: SimulatedProviderSettings,
  faults: Iterable<SettingsFault>,
): SimulatedProviderSettings {
  let settings = own;
  for (const fault of faults) settings = { ...settings, ...changed(settings, fault) };
  return settings;
}

function changed(now: SimulatedProviderSettings, fault: SettingsFault): Partial<SimulatedProviderSettings> {
  switch (fault.kind) {
    case "lag":
      return { lagBlocks: Math.max(now.lagBlocks, fault.blocks) };
    case "stall":
      return { stall: true };
    case "stall_subscriptions":
      return { stallSubscriptions: true };
    case "pruned":
      return {
        archive: false,
        stateBlocks: now.archive ? fault.keepBlocks : Math.min(now.stateBlocks, fault.keepBlocks),
        logBlocks: Math.min(now.logBlocks ?? Infinity, fault.keepBlocks),
      };
    case "wrong_chain_id":
      return { claimedChainId: fault.chainId };
    case "skip_events":
      return { skipHeads: moreOf(now.skipHeads, fault.share), skipLogs: moreOf(now.skipLogs, fault.share) };
    case "duplicate_events":
      return { duplicateEvents: Math.max(now.duplicateEvents, fault.share) };
    case "late_events":
      return { lateEventsMs: Math.max(now.lateEventsMs, fault.ms) };
  }
}

/** A count of its own gives way to a share. */
function moreOf(dose: Dose, share: number): Dose {
  return typeof dose === "number" ? Math.max(dose, share) : share;
}

/** Says what is wrong with a fault's figures, or null. */
export function chainFaultProblem(fault: SettingsFault): string | null {
  for (const [name, value] of Object.entries(fault)) {
    if (typeof value !== "number") continue;
    const rule = rules[name];
    if (rule !== undefined && !rule.holds(value)) {
      return `${name} of ${fault.kind} must be ${rule.text}: it is ${value}`;
    }
  }
  return null;
}

const rules: Readonly<Record<string, { readonly text: string; readonly holds: (value: number) => boolean }>> =
  {
    blocks: { text: "a whole number of 0 or more", holds: (value) => Number.isInteger(value) && value >= 0 },
    keepBlocks: {
      text: "a whole number of 1 or more",
      holds: (value) => Number.isInteger(value) && value >= 1,
    },
    chainId: { text: "a whole number of 1 or more", holds: (value) => Number.isInteger(value) && value >= 1 },
    share: { text: "0 to 1", holds: (value) => value >= 0 && value <= 1 },
    ms: { text: "a finite number of 0 or more", holds: (value) => Number.isFinite(value) && value >= 0 },
  };
