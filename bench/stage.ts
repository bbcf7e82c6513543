// Everything a run starts or writes: processes and a temporary folder. Disposing it ends and removes all of it;
// main does so at the end, after a failure and on a signal. It ends nothing that it did not start.

import { readProc } from "./machine.ts";

export interface Started {
  readonly name: string;
  /** What it wrote to stderr so far. */
  stderr(): string;
  /** Memory that it holds now, in bytes. Throws when it has ended. */
  residentBytes(): Promise<number>;
  /** Sends SIGTERM, after two seconds SIGKILL, and waits for the end. */
  stop(): Promise<void>;
}

const killAfterMs = 2_000;
/** Enough to tell why something failed. */
const maxStderrChars = 16_384;

export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly #children = new Set<Child>();
  #ending: Promise<void> | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Stage> {
    return new Stage(await Deno.makeTempDir({ prefix: "lasso-bench-" }));
  }

  /** Path of a file in the stage's folder, with this text. */
  async file(name: string, text: string): Promise<string> {
    const path = `${this.folder}/${name}`;
    await Deno.writeTextFile(path, text);
    return path;
  }

  /**
   * Starts a process that stays. stdout goes to `stdoutFile` (appended by the process itself, so that the benchmark
   * moves no bytes), or nowhere.
   */
  start(name: string, command: string, args: readonly string[], stdoutFile?: string): Started {
    if (this.#ending !== null) throw new Error("The benchmark is ending");
    const toFile = 'file="$1"; shift; exec "$@" >>"$file"';
    const child = new Child(
      name,
      stdoutFile === undefined
        ? quietCommand(command, args, "null")
        : quietCommand("sh", ["-c", toFile, "sh", stdoutFile, command, ...args], "null"),
      () => this.#children.delete(child),
    );
    this.#children.add(child);
    return child;
  }

  /** Runs a process to its end. Gives its stdout; throws with its stderr when it fails. */
  async run(command: string, args: readonly string[]): Promise<string> {
    if (this.#ending !== null) throw new Error("The benchmark is ending");
    const child = new Child(
      command,
      quietCommand(command, args, "piped"),
      () => this.#children.delete(child),
      true,
    );
    this.#children.add(child);
    const { stdout, success } = await child.finished();
    if (!success) throw new Error(`${command} failed: ${child.stderr()}${stdout}`);
    return stdout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#ending ??= this.#end();
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.stop()));
    await Deno.remove(this.folder, { recursive: true });
  }
}

function quietCommand(command: string, args: readonly string[], stdout: "null" | "piped"): Deno.Command {
  const env = { NO_COLOR: "1" }; // Its errors stand in the report.
  return new Deno.Command(command, { args: [...args], env, stdin: "null", stdout, stderr: "piped" });
}

class Child implements Started {
  readonly name: string;
  readonly #process: Deno.ChildProcess;
  readonly #finished: Promise<{ stdout: string; success: boolean }>;
  #stderr = "";

  constructor(name: string, command: Deno.Command, ended: () => void, reads = false) {
    this.name = name;
    this.#process = command.spawn();
    const heard = this.#hear();
    const said = reads ? new Response(this.#process.stdout).text() : Promise.resolve("");
    this.#finished = Promise.all([this.#process.status, said, heard]).then(([status, stdout]) => {
      ended();
      return { stdout, success: status.success };
    });
  }

  stderr(): string {
    return this.#stderr;
  }

  async residentBytes(): Promise<number> {
    const status = await readProc(`/proc/${this.#process.pid}/status`);
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
    if (kilobytes === undefined) throw new Error(`The memory of ${this.name} can't be read`);
    return Number(kilobytes) * 1024;
  }

  finished(): Promise<{ stdout: string; success: boolean }> {
    return this.#finished;
  }

  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    const timer = setTimeout(() => this.#signal("SIGKILL"), killAfterMs);
    await this.#finished;
    clearTimeout(timer);
  }

  #signal(name: Deno.Signal): void {
    try {
      this.#process.kill(name);
    } catch { /* It has ended already. */ }
  }

  async #hear(): Promise<void> {
    const decoder = new TextDecoder();
    for await (const bytes of this.#process.stderr) {
      this.#stderr = (this.#stderr + decoder.decode(bytes, { stream: true })).slice(-maxStderrChars);
    }
  }
}
