// The world in a process of its own, both ends: `runWorldProcess` is what that process does with its stdin and stdout,
// `WorldProcess` is what the run has of it, with the same interface as the world itself. How the process is started is
// the run's business.

import { type Clock, sleep } from "../../core/clock.ts";
import type { FaultTarget } from "../chaos/fault_driver.ts";
import type { PlannedFault } from "../model/fault.ts";
import { Part } from "../run/part.ts";
import { type PartIo, servePart } from "../run/part_entry.ts";
import { endText } from "../run/child.ts";
import type { ProgramCommand } from "../run/program.ts";
import { type ReportEnd, type ReportPiece, ReportReader, worldCommands } from "./world_commands.ts";
import type { ProviderAddress, WorldDeps, WorldOptions, WorldReport } from "./world_options.ts";

const STOP_TIMEOUT_MS = 5_000;

/** Serves until the input ends; then everything that it started is gone. */
export async function runWorldProcess(io: PartIo, deps: WorldDeps): Promise<void> {
  await using world = worldCommands(deps);
  await servePart(world.commands, io, () => deps.clock.now());
}

export class WorldProcess implements FaultTarget, AsyncDisposable {
  readonly addresses: readonly ProviderAddress[];
  /** Settles with what it said when it ended by itself; else never. */
  readonly died: Promise<string>;
  readonly #part: Part;
  readonly #clock: Clock;
  #stopping = false;

  private constructor(part: Part, clock: Clock, addresses: readonly ProviderAddress[]) {
    this.#part = part;
    this.#clock = clock;
    this.addresses = addresses;
    this.died = new Promise((resolve) => {
      void part.child.ended.then(() => {
        if (!this.#stopping) resolve(endText(part.child));
      });
    });
  }

  /** Resolves when every provider answers. LassoError with what it said when it can't. */
  static async start(options: WorldOptions, command: ProgramCommand, clock: Clock): Promise<WorldProcess> {
    const part = new Part({ name: "the world", command, clock });
    try {
      return new WorldProcess(part, clock, await part.ask<readonly ProviderAddress[]>("start", options));
    } catch (thrown) {
      await part[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  get pid(): number {
    return this.#part.child.pid;
  }

  ping(): Promise<number> {
    return this.#part.ask("ping");
  }

  async setZero(ms: number): Promise<void> {
    await this.#part.ask("zero", ms);
  }

  beginFault(handle: number, fault: PlannedFault): Promise<number> {
    return this.#part.ask("begin", { handle, fault });
  }

  endFault(handle: number): Promise<number> {
    return this.#part.ask("end", handle);
  }

  async report(): Promise<WorldReport> {
    const reader = new ReportReader();
    const end = await this.#part.ask<ReportEnd>("report", null, (piece) => reader.take(piece as ReportPiece));
    return reader.finish(end);
  }

  /** Asks first: a signal would leave the real nodes that it started without anybody to end them. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true;
    const given = new AbortController();
    await Promise.race([
      this.#part.ask("stop").catch(() => {}),
      sleep(this.#clock, STOP_TIMEOUT_MS, given.signal),
    ]);
    given.abort();
    await this.#part[Symbol.asyncDispose]();
  }
}
