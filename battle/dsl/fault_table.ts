// Every fault of the DSL by the name of its method: where it takes effect, what may be said of it, and how its options
// become the fault's data. A new fault is a line here and a method in fault_types.ts.

import { vendorErrors } from "../chaos/vendor_errors.ts";
import type { Fault } from "../model/fault.ts";
import { OptionReader } from "./option_reader.ts";
import { type Problems, show } from "./problems.ts";

/** What is written behind the provider: `{ extra: "800ms" }` and the like. */
export class FaultArgs {
  readonly #args: readonly unknown[];
  readonly #step: string;
  readonly #problems: Problems;
  readonly #readers: OptionReader[] = [];
  #used = 0;

  constructor(args: readonly unknown[], step: string, problems: Problems) {
    this.#args = args;
    this.#step = step;
    this.#problems = problems;
  }

  options(): OptionReader {
    const reader = new OptionReader(this.#args[this.#used++], this.#step, this.#problems);
    this.#readers.push(reader);
    return reader;
  }

  oneOf<const T extends string>(what: string, allowed: readonly T[]): T {
    const value = this.#args[this.#used++];
    const found = allowed.find((one) => one === value);
    if (found === undefined) {
      this.#problems.add(
        this.#step,
        `${what} must be one of ${allowed.join(", ")}: it is ${show(value)}`,
        `write for instance ${show(allowed[0])}`,
      );
    }
    return found ?? allowed[0]!;
  }

  status(value: unknown = this.#args[this.#used++]): number {
    if (Number.isInteger(value) && (value as number) >= 400 && (value as number) <= 599) {
      return value as number;
    }
    this.#problems.add(
      this.#step,
      `status must be from 400 to 599: it is ${show(value)}`,
      "write for instance 503",
    );
    return 503;
  }

  /** Call it last. */
  end(): void {
    for (const reader of this.#readers) reader.end();
    if (this.#args.length > this.#used) {
      this.#problems.add(this.#step, "too many arguments", "leave the last one out");
    }
  }
}

export interface FaultEntry {
  /** `wire`: a proxy in front of the provider. `answer`, `chain`: a simulated provider. */
  readonly needs: "wire" | "answer" | "chain" | "reorg" | "router";
  /** At one moment. `either`: a stretch only with `.for()`. */
  readonly act: boolean | "either";
  /** Can it be weaker, so that it may grow? Answer faults can hit a smaller share. */
  readonly graded: boolean;
  readonly read: (args: FaultArgs) => Fault;
}

function entry(
  needs: FaultEntry["needs"],
  read: FaultEntry["read"],
  graded = needs === "answer",
): FaultEntry {
  return { needs, act: false, graded, read };
}

function act(needs: FaultEntry["needs"], read: FaultEntry["read"]): FaultEntry {
  return { needs, act: true, graded: false, read };
}

export const faultTable = {
  kill: entry("wire", () => ({ kind: "kill" })),
  blackhole: entry("wire", () => ({ kind: "blackhole" })),
  partition: entry("wire", () => ({ kind: "blackhole" })),
  reset: entry("wire", () => ({ kind: "reset" })),
  latency: entry("wire", (args) => {
    const options = args.options();
    return { kind: "latency", ms: options.span("extra"), jitterMs: options.duration("jitter", 0) };
  }, true),
  bandwidth: entry("wire", (args) => ({
    kind: "bandwidth",
    bytesPerSecond: args.options().size("perSecond", 1),
  })),
  slowBody: entry("wire", (args) => {
    const options = args.options();
    return {
      kind: "slow_body",
      bytesPerSecond: options.size("perSecond", 1),
      afterBytes: options.size("after", 0, 0),
    };
  }),
  cutBody: entry("wire", (args) => ({ kind: "cut_body", afterBytes: args.options().size("after", 0, 64) })),
  slowClose: entry("wire", (args) => ({ kind: "slow_close", ms: args.options().span("by") })),
  dropSockets: act("wire", () => ({ kind: "drop_sockets" })),
  tls: entry("wire", (args) => ({
    kind: "tls",
    how: args.oneOf("the second argument", ["wrong_name", "expired", "unknown_ca"]),
  })),
  dns: entry("wire", (args) => ({
    kind: "dns",
    how: args.oneOf("the second argument", ["nxdomain", "wrong_address"]),
  })),

  status: entry("answer", (args) => {
    const status = args.status();
    const options = args.options();
    const retryAfterS = options.has("retryAfter") ? Math.ceil(options.duration("retryAfter") / 1000) : null;
    return { kind: "status", status, retryAfterS };
  }),
  htmlPage: entry("answer", (args) => {
    const given = args.options().raw("status");
    return { kind: "html_page", status: given === undefined ? 502 : args.status(given) };
  }),
  vendorError: entry("answer", (args) => ({
    kind: "vendor_error",
    name: args.oneOf("the error's name", Object.keys(vendorErrors)),
  })),
  nullResult: entry("answer", () => ({ kind: "null_result" })),
  wrongId: entry("answer", () => ({ kind: "wrong_id" })),
  partialBatch: entry("answer", () => ({ kind: "partial_batch" })),
  malformed: entry("answer", () => ({ kind: "malformed" })),
  truncated: entry("answer", () => ({ kind: "truncated" })),
  hugeResult: entry("answer", (args) => ({ kind: "huge_result", bytes: args.options().size("size", 1) })),
  brownout: entry("answer", (args) => ({ kind: "brownout", extraMs: args.options().span("extra") })),

  lag: entry("chain", (args) => ({ kind: "lag", blocks: args.options().whole("blocks", 1) }), true),
  stall: entry("chain", () => ({ kind: "stall" })),
  stallSubscriptions: entry("chain", () => ({ kind: "stall_subscriptions" })),
  forkedHead: entry("chain", (args) => ({ kind: "forked_head", depth: args.options().whole("depth", 1) })),
  pruned: entry("chain", (args) => ({ kind: "pruned", keepBlocks: args.options().whole("keepBlocks", 1) })),
  wrongChainId: entry("chain", (args) => ({
    kind: "wrong_chain_id",
    chainId: args.options().whole("chainId", 1),
  })),
  skipEvents: entry("chain", (args) => ({ kind: "skip_events", share: args.options().share("share") }), true),
  duplicateEvents: entry("chain", (args) => ({
    kind: "duplicate_events",
    share: args.options().share("share"),
  }), true),
  lateEvents: entry("chain", (args) => ({ kind: "late_events", ms: args.options().span("by") }), true),
  lying: entry("chain", () => ({ kind: "lying" })),
  reorg: act("reorg", (args) => {
    const options = args.options();
    options.raw("chain");
    return { kind: "reorg", depth: options.whole("depth", 1) };
  }),

  memoryPressure: entry("router", (args) => ({
    kind: "memory_pressure",
    heapMb: Math.max(1, Math.round(args.options().size("heap", 1) / 1024 ** 2)),
  })),
  routerStall: entry("router", () => ({ kind: "router_stall" })),
  routerKill: { needs: "router", act: "either", graded: false, read: () => ({ kind: "router_kill" }) },
} as const satisfies Readonly<Record<string, FaultEntry>>;

export type FaultName = keyof typeof faultTable;

export const faultNames = Object.keys(faultTable) as readonly FaultName[];
