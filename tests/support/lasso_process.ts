// Lasso as a process of its own: for what only a process has, signals, exit codes and outputs. Whatever happens in the
// test, it is gone when disposed.

import { until } from "./until.ts";

export { rpc } from "./rpc_post.ts";

const root = new URL("../../", import.meta.url).pathname;
const sourcePermissions = ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"];

export class LassoProcess implements AsyncDisposable {
  /** The base URL that it has announced; empty before `listening`. */
  url = "";
  out = "";
  err = "";
  readonly #child: Deno.ChildProcess;
  readonly #outputs: Promise<unknown>;
  #status: Deno.CommandStatus | null = null;

  /** `args` are Deno's, with the program and its own among them. History is kept in memory unless `env` says otherwise. */
  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", LASSO_DATA_DIR: "none", ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#child.status.then((status) => this.#status = status);
    this.#outputs = Promise.all([
      read(this.#child.stdout, (text) => this.out += text),
      read(this.#child.stderr, (text) => this.err += text),
    ]);
  }

  /** Waits until it says where it listens; throws what it said when it ends instead. */
  async listening(): Promise<string> {
    const found = await until(
      "the router listens",
      () =>
        /(http:\/\/[\w.:[\]]+:\d+)\b.*\n/.exec(this.err)?.[1] ??
          (this.#status === null ? undefined : "ended"),
      30_000,
    );
    if (found === "ended") throw new Error(`lasso ended with ${this.#status?.code}: ${this.err}`);
    return this.url = found;
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
  }

  /** Sends the signal; gives the exit code. */
  stop(name: Deno.Signal): Promise<number> {
    this.signal(name);
    return this.exitCode();
  }

  get ended(): boolean {
    return this.#status !== null;
  }

  /** The exit code, once it has ended and all that it wrote is read. */
  async exitCode(): Promise<number> {
    const status = await this.#child.status;
    await this.#outputs;
    return status.code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.exitCode();
  }
}

/** Starts it with Deno's arguments, and waits until it listens. */
export async function startLasso(args: readonly string[], cwd: string): Promise<LassoProcess> {
  const lasso = new LassoProcess(args, cwd);
  try {
    await lasso.listening();
    return lasso;
  } catch (thrown) {
    await lasso[Symbol.asyncDispose]();
    throw thrown;
  }
}

/** From the source tree; `args` follow `main.ts`. It runs in `cwd`, where `lasso serve` looks for a config. */
export function lassoFromSource(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = root,
): LassoProcess {
  const flags = ["run", "--no-check", "--config", `${root}deno.json`, ...sourcePermissions];
  return new LassoProcess([...flags, `${root}main.ts`, ...args], cwd, env);
}

async function read(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  add: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
