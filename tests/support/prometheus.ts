// The real Prometheus and its promtool, for tests of what Lasso exports and of the files in deploy/. Whatever happens in
// the test, the process is gone when disposed.

import net from "node:net";
import { until } from "./until.ts";

const install = "install it (Debian: apt-get install prometheus)";

export interface Said {
  readonly code: number;
  /** Both outputs. */
  readonly text: string;
}

/** Runs promtool with `args`; `input` goes to its stdin. */
export async function promtool(args: readonly string[], input = ""): Promise<Said> {
  const child = spawn("promtool", args, "piped");
  const writer = child.stdin.getWriter();
  const wrote = writer.write(new TextEncoder().encode(input)).then(() => writer.close()).catch(() => {});
  const { code, stdout, stderr } = await child.output();
  await wrote;
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** A sample of an instant query. */
export interface PromSample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [at: number, value: string];
}

export interface PromAnswer {
  readonly status: "success" | "error";
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: readonly PromSample[] };
}

export class Prometheus implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;
  readonly #output: Promise<string>;
  #ended = false;

  private constructor(url: string, child: Deno.ChildProcess) {
    this.url = url;
    this.#child = child;
    this.#output = new Response(child.stderr).text();
    child.status.then(() => this.#ended = true);
  }

  /** Starts one with that config (its YAML) and keeps its data in `dir`; ready to be asked when this resolves. */
  static async start(dir: string, config: string): Promise<Prometheus> {
    const file = `${dir}/prometheus.yml`;
    await Deno.writeTextFile(file, config);
    const address = `127.0.0.1:${await freePort()}`;
    const child = spawn("prometheus", [
      `--config.file=${file}`,
      `--storage.tsdb.path=${dir}/data`,
      `--web.listen-address=${address}`,
    ]);
    const prometheus = new Prometheus(`http://${address}`, child);
    try {
      await until("Prometheus is ready", () => prometheus.#ready(), 60_000);
      return prometheus;
    } catch (thrown) {
      await prometheus[Symbol.asyncDispose]();
      throw new Error(`Prometheus did not start: ${await prometheus.#output}`, { cause: thrown });
    }
  }

  /** An instant query. */
  async query(expr: string): Promise<PromAnswer> {
    const body = new URLSearchParams({ query: expr });
    const response = await fetch(`${this.url}/api/v1/query`, { method: "POST", body });
    return await response.json() as PromAnswer;
  }

  /** The sum of what a query gives; undefined while it gives nothing. */
  async value(expr: string): Promise<number | undefined> {
    const { data } = await this.query(expr);
    return data === undefined || data.result.length === 0
      ? undefined
      : data.result.reduce((sum, { value }) => sum + Number(value[1]), 0);
  }

  async get(path: string): Promise<unknown> {
    return (await (await fetch(`${this.url}${path}`)).json() as { data: unknown }).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill("SIGKILL");
    await this.#child.status;
    await this.#output;
  }

  async #ready(): Promise<boolean> {
    if (this.#ended) return false;
    const response = await fetch(`${this.url}/-/ready`);
    await response.body?.cancel();
    return response.ok;
  }
}

function spawn(name: string, args: readonly string[], stdin: "piped" | "null" = "null"): Deno.ChildProcess {
  try {
    const stdout = name === "prometheus" ? "null" : "piped";
    return new Deno.Command(name, { args: [...args], stdin, stdout, stderr: "piped" }).spawn();
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) throw new Error(`This test needs ${name}: ${install}.`);
    throw thrown;
  }
}

/** One that was free a moment ago: Prometheus can't be asked which port it took. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as net.AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
