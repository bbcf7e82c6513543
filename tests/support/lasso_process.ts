// `lasso serve` as a process of its own, from the source tree: for what only a process has, signals, exit codes and
// outputs. Whatever happens in the test, it is gone when disposed.

import { until } from "./until.ts";

const root = new URL("../../", import.meta.url).pathname;

export class LassoProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #outputs: Promise<unknown>;
  #status: Deno.CommandStatus | null = null;
  out = "";
  err = "";

  /** `args` follow `main.ts`. It runs in `cwd`, where `lasso serve` looks for a config. */
  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = root) {
    const permissions = ["--no-prompt", "--allow-net", "--allow-env", "--allow-read"];
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--config", `${root}deno.json`, ...permissions, `${root}main.ts`, ...args],
      cwd,
      env: { NO_COLOR: "1", ...env },
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

  /** The base URL that it announces. */
  async listening(): Promise<string> {
    return await until(
      "the router listens",
      () => {
        if (this.#status !== null) return `it ended with ${this.#status.code}: ${this.err}`;
        return / listens on (\S+)\n/.exec(this.err)?.[1];
      },
      30_000,
    );
  }

  signal(name: Deno.Signal): void {
    this.#child.kill(name);
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

async function read(stream: ReadableStream<Uint8Array>, add: (text: string) => void): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) add(text);
}
