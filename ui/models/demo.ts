// What the demo's controls answer and take, and faults in words. Pure; the Live test tab shows it. Shapes as in
// core/server/api/admin_demo_routes.ts.

import type { DemoFault } from "../../core/server/api/demo_controls.ts";
import { count, millis, percent } from "../format/number.ts";

export type FaultKind = DemoFault["kind"];

export interface FaultRow {
  readonly id: string;
  readonly kind: string;
  readonly chain: string;
  /** null: the chain itself. */
  readonly provider: string | null;
  /** ISO times; `until` null: till it is taken off. */
  readonly since: string;
  readonly until: string | null;
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface Workload {
  readonly rate: number;
  readonly since: string;
  readonly ok: number;
  readonly failed: number;
  readonly skipped: number;
  readonly in_flight: number;
  readonly methods?: Readonly<Record<string, number>>;
  readonly transport?: "http" | "ws";
  readonly strategy?: string;
  readonly chain?: string;
}

export interface Sampler {
  readonly rate: number;
  readonly decisions: number;
  readonly methods: Readonly<Record<string, number>>;
  readonly strategy: string | null;
  readonly chain: string | null;
}

export interface Traffic {
  readonly workload: Workload | null;
  readonly sampler: Sampler | null;
}

export interface SimulatorRow {
  readonly chain: string;
  readonly provider: string;
  readonly alive: boolean;
  readonly head: number;
  readonly faults: readonly FaultRow[];
  readonly stats: Readonly<Record<string, unknown>>;
}

export interface Simulators {
  /** Methods that a workload can be made of. */
  readonly methods: readonly string[];
  readonly traffic: Traffic;
  readonly simulators: readonly SimulatorRow[];
  readonly faults: readonly FaultRow[];
}

export interface FaultFigure {
  /** As the API names it. */
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly usual: number;
  readonly min: number;
  readonly max: number;
  /** What is shown and typed is this many times what is sent: per cent for a share. */
  readonly times?: number;
}

export interface FaultInfo {
  readonly kind: FaultKind;
  /** What one chooses it by. */
  readonly name: string;
  /** What the provider does then. */
  readonly does: string;
  readonly figures: readonly FaultFigure[];
  /** Over at once: it has no duration. */
  readonly act?: boolean;
  /** Of the chain, for all its providers. */
  readonly ofChain?: boolean;
}

const share: FaultFigure = {
  name: "share",
  label: "of calls",
  unit: "%",
  usual: 100,
  min: 1,
  max: 100,
  times: 100,
};
const depth: FaultFigure = { name: "depth", label: "depth", unit: "blocks", usual: 3, min: 1, max: 64 };

export const faultKinds: readonly FaultInfo[] = [
  {
    kind: "kill",
    name: "kill",
    does: "Closes its port and every socket: connections are refused.",
    figures: [],
  },
  { kind: "stall", name: "stall", does: "Takes calls and never answers.", figures: [] },
  {
    kind: "latency",
    name: "slow",
    does: "Answers later by so much.",
    figures: [{ name: "ms", label: "later by", unit: "ms", usual: 400, min: 1, max: 600_000 }],
  },
  {
    kind: "error_rate",
    name: "errors",
    does: "Answers with an HTTP error instead.",
    figures: [share, { name: "status", label: "status", unit: "", usual: 503, min: 400, max: 599 }],
  },
  {
    kind: "rate_limit",
    name: "rate limit",
    does: "Answers 429 with Retry-After.",
    figures: [share, {
      name: "retry_after_s",
      label: "retry after",
      unit: "s",
      usual: 5,
      min: 0,
      max: 3_600,
    }],
  },
  {
    kind: "lag",
    name: "lag",
    does: "Shows an older head than its chain has.",
    figures: [{ name: "blocks", label: "behind by", unit: "blocks", usual: 20, min: 1, max: 10_000 }],
  },
  {
    kind: "stall_subscriptions",
    name: "silent subscriptions",
    does: "Its WebSocket stays open and says nothing: calls go on.",
    figures: [],
  },
  { kind: "drop_sockets", name: "drop sockets", does: "Cuts every WebSocket once.", figures: [], act: true },
  {
    kind: "reorg",
    name: "reorg",
    does: "Takes blocks of the chain back, for all its providers.",
    figures: [depth],
    act: true,
    ofChain: true,
  },
  { kind: "forked_head", name: "fork", does: "Follows a branch of its own.", figures: [depth] },
  { kind: "malformed", name: "malformed answers", does: "Answers with what is no JSON-RPC.", figures: [] },
  { kind: "lying", name: "lies", does: "Answers well formed and wrong.", figures: [] },
  {
    kind: "wrong_chain_id",
    name: "another chain",
    does: "Says that it serves another chain.",
    figures: [{ name: "chain_id", label: "chain id", unit: "", usual: 5, min: 1, max: 2 ** 53 - 1 }],
  },
];

/** "slow by 400 ms"; a kind that is not known here by its name. */
export function faultWords({ kind, figures }: Pick<FaultRow, "kind" | "figures">): string {
  const of = (name: string): number | null => typeof figures[name] === "number" ? figures[name] : null;
  const part = of("share") === null ? "" : ` for ${percent(of("share"))} of calls`;
  switch (kind) {
    case "kill":
      return "killed";
    case "stall":
      return "stalled";
    case "latency":
      return `slower by ${millis(of("ms"))}`;
    case "error_rate":
      return `${of("status") ?? "errors"}${part}`;
    case "rate_limit":
      return `429${part}`;
    case "lag":
      return `lags by ${count(of("blocks"))} blocks`;
    case "forked_head":
      return `on a branch of its own, ${count(of("depth"))} deep`;
    case "wrong_chain_id":
      return `says chain id ${of("chain_id") ?? "?"}`;
  }
  return faultKinds.find((one) => one.kind === kind)?.name ?? kind.replaceAll("_", " ");
}

/** The body of POST /api/admin/faults. `typed`: figures as they were typed, by name. */
export function faultBody(
  info: FaultInfo,
  place: { readonly chain: string; readonly provider: string },
  typed: Readonly<Record<string, number>>,
  forText: string,
): Record<string, unknown> {
  const body: Record<string, unknown> = { kind: info.kind, chain: place.chain };
  if (!info.ofChain) body["provider"] = place.provider;
  if (forText !== "" && !info.act) body["for"] = forText;
  for (const { name, usual, times = 1 } of info.figures) body[name] = (typed[name] ?? usual) / times;
  return body;
}
