// A process that a run starts: its output as lines or into a file, the end of what it said on stderr, and its end, for
// which it is always waited. It stands in a process group of its own, so that a Ctrl-C in the terminal reaches only the
// run, which then ends it in order.

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { type Clock, sleep } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { ProgramCommand } from "./program.ts";

export interface ChildOptions {
  /** For people: "the router". */
  readonly name: string;
  readonly command: ProgramCommand;
  readonly clock: Clock;
  /** Beside the environment of the run itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes its stdout, appended; null: `onLine` hears it. */
  readonly stdoutFile?: string | null;
  readonly onLine?: (line: string) => void;
  /** It ends in order when its stdin does; else SIGTERM asks for it. */
  readonly endsWithStdin?: boolean;
  readonly onStderr?: (text: string) => void;
}

export interface ChildEnd {
  readonly code: number | null;
  /** The signal that ended it. */
  readonly signal: string | null;
}

/** Enough to tell why something failed. */
const MAX_STDERR_CHARS = 16_384;

/** Those that run. Of the process, not of a run: when it ends, however that comes about, none may stay. */
const running = new Set<Child>();

/** Ends them all at once, with what they started. */
export function killChildren(): void {
  for (const child of running) child.killGroup();
}

// One that is stopped or busy does not see that its stdin has ended.
addEventListener("unload", killChildren);

export class Child implements AsyncDisposable {
  readonly name: string;
  /** Settles when it has ended and all that it wrote was read. */
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  readonly #endsWithStdin: boolean;
  #stderr = "";
  #end: ChildEnd | null = null;

  constructor(options: ChildOptions) {
    const { name, command, clock, env = {}, stdoutFile = null, onLine, onStderr } = options;
    this.name = name;
    this.#clock = clock;
    this.#endsWithStdin = options.endsWithStdin ?? false;
    const out = stdoutFile === null ? null : openSync(stdoutFile, "a");
    try {
      this.#process = spawn(command.path, [...command.args], {
        stdio: ["pipe", out ?? "pipe", "pipe"],
        env: { ...process.env, NO_COLOR: "1", ...env },
        detached: true,
      });
    } finally {
      if (out !== null) closeSync(out);
    }
    const child = this.#process;
    running.add(this);
    if (child.stdout !== null && onLine !== undefined) {
      createInterface({ input: child.stdout, crlfDelay: Infinity }).on("line", onLine);
    } else child.stdout?.resume();
    const text = new TextDecoder();
    child.stderr?.on("data", (bytes: Uint8Array) => {
      const piece = text.decode(bytes, { stream: true });
      this.#stderr = (this.#stderr + piece).slice(-MAX_STDERR_CHARS);
      onStderr?.(piece);
    });
    // Written to when it has gone: `ended` tells.
    child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve) => {
      const ended = (end: ChildEnd): void => {
        this.#end ??= end;
        running.delete(this);
        resolve(this.#end);
      };
      child.once("close", (code, signal) => ended({ code, signal }));
      child.once("error", (thrown) => {
        this.#stderr += messageOf(thrown);
        if (child.pid === undefined) ended({ code: null, signal: null });
      });
    });
  }

  /** 0: it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** The end of what it said on stderr. */
  get stderr(): string {
    return this.#stderr.trim();
  }

  /** null while it runs. */
  get end(): ChildEnd | null {
    return this.#end;
  }

  write(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** Harmless when it has ended. */
  signal(name: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGINT"): void {
    const { pid } = this.#process;
    if (this.#end !== null || pid === undefined) return;
    try {
      // By its pid: `ChildProcess.kill` sends nothing any more after its first signal.
      process.kill(pid, name);
    } catch {
      // It ended in between.
    }
  }

  /** SIGKILL to it and to all that it started. */
  killGroup(): void {
    const { pid } = this.#process;
    if (this.#end !== null || pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It ended in between.
    }
  }

  /** Asks it to end, insists after `graceMs`, and waits. */
  async stop(graceMs = 2_000): Promise<ChildEnd> {
    if (this.#end !== null) return this.#end;
    // A stopped process hears nothing else.
    this.signal("SIGCONT");
    if (this.#endsWithStdin) this.#process.stdin?.end();
    else this.signal("SIGTERM");
    const done = new AbortController();
    const insist = sleep(this.#clock, graceMs, done.signal).then(() => {
      if (!done.signal.aborted) this.killGroup();
    });
    const end = await this.ended;
    done.abort();
    await insist;
    return end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** How a process ended, for people, with what it said last. */
export function endText({ name, end, stderr }: Pick<Child, "name" | "end" | "stderr">): string {
  const how = end === null
    ? "runs"
    : end.signal !== null
    ? `was ended by ${end.signal}`
    : end.code === null
    ? "could not be started"
    : `ended with exit code ${end.code}`;
  // Addresses within the runtime say nothing to anybody here.
  const said = stderr.replace(/\s*=+ C stack trace =+[^]*$/, "");
  return said === "" ? `${name} ${how}` : `${name} ${how}; it said:\n${said}`;
}
