// The load generator in a process of its own, both ends: `runGeneratorProcess` is what that process does with its stdin
// and stdout, `GeneratorProcess` is what the run has of it, with the same interface as the generator itself. How the
// process is started is the run's business.

import process from "node:process";
import type { Clock } from "../../core/clock.ts";
import { loadScenarios } from "../dsl/load_scenarios.ts";
import type { PlannedCall } from "../model/plan.ts";
import type { Scenario } from "../model/scenario.ts";
import { endText } from "../run/child.ts";
import { align } from "../run/clocks.ts";
import { Part } from "../run/part.ts";
import { type Commands, type PartIo, servePart } from "../run/part_entry.ts";
import type { ProgramCommand } from "../run/program.ts";
import type { MakeAlarm } from "./alarm.ts";
import { Generator } from "./generator.ts";
import type { LoadGenerator, LoadOrder, LoadProgress, LoadReport } from "./load_generator.ts";
import {
  callPieces,
  callsOf,
  type CallsPiece,
  type ScenariosOf,
  type SentOrder,
  sentOrder,
  withFunctions,
} from "./order_pieces.ts";
import { type ReportEnd, type ReportPiece, ReportReader, sendReport } from "./report_pieces.ts";
import type { ProcessUsage } from "./self_watch.ts";
import { workerAlarm } from "./worker_alarm.ts";

export interface GeneratorProcessDeps {
  readonly clock: Clock;
  /** Asked only for custom workloads. Default: files only. */
  readonly scenariosOf?: ScenariosOf;
  /** Default: workerAlarm. */
  readonly makeAlarm?: MakeAlarm;
}

/** Serves until the input ends; then all its sockets are gone. */
export async function runGeneratorProcess(io: PartIo, deps: GeneratorProcessDeps): Promise<void> {
  const commands = new GeneratorCommands(deps);
  try {
    await servePart(commands.commands, io, () => deps.clock.now());
  } finally {
    await commands[Symbol.asyncDispose]();
  }
}

class GeneratorCommands implements AsyncDisposable {
  readonly #deps: GeneratorProcessDeps;
  #sent: SentOrder | null = null;
  #calls: PlannedCall[][] = [];
  #generator: Generator | null = null;

  constructor(deps: GeneratorProcessDeps) {
    this.#deps = deps;
  }

  readonly commands: Commands = {
    order: (args) => {
      this.#sent = args as SentOrder;
      this.#calls = this.#sent.workloads.map(() => []);
    },
    calls: (args) => {
      const piece = args as CallsPiece;
      for (const call of callsOf(piece)) this.#calls[piece.workload]?.push(call);
    },
    prepare: async (_args, replies) => {
      const generator = await this.#make((progress) => replies.event("progress", progress));
      await generator.prepare();
    },
    go: (args) => this.#made.go(args as number),
    stop: (args) => this.#made.stop(args as number),
    finished: async (_args, replies) => {
      const report = await this.#made.finished;
      return sendReport(report, this.#made.tables, this.#sent!.keep, (piece) => replies.piece(piece));
    },
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#generator?.[Symbol.asyncDispose]();
  }

  get #made(): Generator {
    if (this.#generator === null) throw new Error("the generator was not prepared");
    return this.#generator;
  }

  async #make(onProgress: (progress: LoadProgress) => void): Promise<Generator> {
    const sent = this.#sent;
    if (sent === null) throw new Error("the generator has no order");
    const { clock, scenariosOf, makeAlarm } = this.#deps;
    const workloads = await withFunctions(
      sent,
      scenariosOf ?? ((file, seed) => onlyFiles(file, seed, clock)),
    );
    const planned = workloads.map((workload, nth) => ({ workload, calls: this.#calls[nth] ?? [] }));
    this.#generator = new Generator({ ...sent, workloads: planned }, {
      clock,
      makeAlarm: makeAlarm ?? workerAlarm,
      usage: processUsage,
      onProgress,
    });
    return this.#generator;
  }
}

function onlyFiles(file: string | null, seed: number, clock: Clock): Promise<readonly Scenario[]> {
  return file === null ? Promise.resolve([]) : loadScenarios(file, clock, seed);
}

/** Of this process. */
function processUsage(): ProcessUsage {
  const { user, system } = process.cpuUsage();
  return { cpuUs: user + system, residentBytes: Deno.memoryUsage().rss };
}

export interface GeneratorProcessOptions {
  readonly order: LoadOrder;
  /** Where its custom functions are. */
  readonly scenario: string;
  readonly scenarioFile: string | null;
  /** The run's. */
  readonly seed: number;
  readonly onProgress?: (progress: LoadProgress) => void;
}

export class GeneratorProcess implements LoadGenerator {
  readonly finished: Promise<LoadReport>;
  /** Settles with what it said when it ended by itself; else never. */
  readonly died: Promise<string>;
  readonly #part: Part;
  readonly #clock: Clock;
  readonly #order: LoadOrder;
  #settle: (report: Promise<LoadReport>) => void = () => {};
  #offsetMs = 0;
  #errorMs = 0;
  #isAsked = false;
  #stopping = false;

  private constructor(part: Part, clock: Clock, order: LoadOrder) {
    this.#part = part;
    this.#clock = clock;
    this.#order = order;
    this.finished = new Promise((resolve) => this.#settle = resolve);
    // `died` tells it as well; it must not be an unhandled rejection where nobody waits for the report.
    this.finished.catch(() => {});
    this.died = new Promise((resolve) => {
      void part.child.ended.then(() => {
        if (!this.#stopping) resolve(endText(part.child));
      });
    });
  }

  /** Resolves when it has its order. LassoError with what it said when it can't. */
  static async start(
    { order, scenario, scenarioFile, seed, onProgress }: GeneratorProcessOptions,
    command: ProgramCommand,
    clock: Clock,
  ): Promise<GeneratorProcess> {
    const onEvent = (event: string, data: unknown): void => {
      if (event === "progress") onProgress?.(data as LoadProgress);
    };
    const part = new Part({ name: "the load generator", command, clock, onEvent });
    try {
      await part.ask("order", sentOrder(order, { scenario, scenarioFile, seed }));
      for (const piece of callPieces(order)) await part.ask("calls", piece);
      return new GeneratorProcess(part, clock, order);
    } catch (thrown) {
      await part[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get pid(): number {
    return this.#part.child.pid;
  }

  get clockErrorUs(): number {
    return this.#errorMs * 1_000;
  }

  async prepare(): Promise<void> {
    await this.#part.ask("prepare");
    const { offsetMs, errorMs } = await align(this.#clock, () => this.#part.ask<number>("ping"));
    this.#offsetMs = offsetMs;
    this.#errorMs = errorMs;
  }

  go(zeroMs: number): void {
    // What goes wrong is told by `finished`.
    this.#part.ask("go", zeroMs + this.#offsetMs).catch(() => {});
    this.#askReport();
  }

  stop(graceMs: number): void {
    this.#part.ask("stop", graceMs).catch(() => {});
    this.#askReport();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    await this.#part[Symbol.asyncDispose]();
  }

  #askReport(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const reader = new ReportReader(this.#order.workloads);
    this.#settle(
      this.#part.ask<ReportEnd>("finished", null, (piece) => reader.take(piece as ReportPiece))
        .then((end) => reader.finish(end)),
    );
  }
}
