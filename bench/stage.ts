// Everything a run starts or writes: processes, a temporary folder, ports. Disposing it ends and removes all of it;
// main does so at the end, after a failure and on a signal. It ends nothing that it did not start.

import net from "node:net";
import process from "node:process";

export interface Started {
  readonly name: string;
  readonly pid: number;
  /** What it wrote to stderr so far. */
  stderr(): string;
  /** Sends SIGTERM, after two seconds SIGKILL, and waits for the end. */
  stop(): Promise<void>;
}

const killAfterMs = 2_000;
/** Enough to tell why something failed. */
const maxStderrChars = 16_384;

export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly #children = new Set<Child>();
  #over = false;

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
    if (this.#over) throw new Error("The benchmark is ending");
    const toFile = 'file="$1"; shift; exec "$@" >>"$file"';
    const child = new Child(
      name,
      stdoutFile === undefined
        ? new Deno.Command(command, { args: [...args], stdin: "null", stdout: "null", stderr: "piped" })
        : new Deno.Command("sh", {
          args: ["-c", toFile, "sh", stdoutFile, command, ...args],
          stdin: "null",
          stdout: "null",
          stderr: "piped",
        }),
      () => this.#children.delete(child),
    );
    this.#children.add(child);
    return child;
  }

  /** Runs a process to its end. Gives its stdout; throws with its stderr when it fails. */
  async run(command: string, args: readonly string[]): Promise<string> {
    if (this.#over) throw new Error("The benchmark is ending");
    const spawned = new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    const child = new Child(command, spawned, () => this.#children.delete(child), true);
    this.#children.add(child);
    const { stdout, success } = await child.finished();
    if (!success) throw new Error(`${command} failed: ${child.stderr()}${stdout}`);
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    await Promise.all([...this.#children].map((child) => child.stop()));
    await Deno.remove(this.folder, { recursive: true });
  }
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

  get pid(): number {
    return this.#process.pid;
  }

  stderr(): string {
    return this.#stderr;
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

/** Distinct loopback ports that are free at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () =>
    new Promise<net.Server>((resolve, reject) => {
      const server = net.createServer();
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve(server));
    })));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}

/** Resolves once something listens on the port; throws when its process says why not, or after ten seconds. */
export async function untilListening(port: number, started: Started): Promise<void> {
  const until = performance.now() + 10_000;
  while (!await accepts(port)) {
    if (performance.now() > until) throw new Error(`${started.name} does not listen: ${started.stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1" });
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Resident memory of a process in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kilobytes === undefined) throw new Error(`/proc/${pid}/status tells no VmRSS`);
  return Number(kilobytes) * 1024;
}

/** Calls `end` once on SIGINT or SIGTERM; the process exits with the signal's usual code after it. */
export function onSignals(end: () => Promise<void>): void {
  let ending = false;
  const codes = { SIGINT: 130, SIGTERM: 143 } as const;
  for (const [name, code] of Object.entries(codes)) {
    process.on(name, () => {
      if (ending) return;
      ending = true;
      void end().finally(() => Deno.exit(code));
    });
  }
}
