// The router under test, as a user starts it: a process of its own with a config file and its log in a file. It can be
// stopped and gone on with, killed and started again on its port; an end that nobody planned is a crash.

import { createServer } from "node:net";
import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError } from "../../core/errors.ts";
import { Child, endText } from "./child.ts";
import { type BallastOrder, type HeapRange, leftHeapMb, startUnder } from "./heap_ballast.ts";
import type { Program } from "./program.ts";

export interface RouterProcessOptions {
  readonly program: Program;
  readonly clock: Clock;
  readonly configFile: string;
  readonly logFile: string;
  /** The heaps that it will be asked to do with; null: it has V8's own limit, and can't be asked. */
  readonly heap: HeapRange | null;
}

/** As in TcpProxy: on this address no client's own port can sit on a port that is to be taken again. */
const HOSTS = ["127.0.0.2", "127.0.0.1"] as const;
const START_TIMEOUT_MS = 30_000;
/** A port may be held for a moment by what the router left behind. */
const START_TRIES = 20;
const START_RETRY_MS = 50;
/** Exit code of `lasso serve` for a config that it does not take. */
const BAD_CONFIG = 2;
/** By far more than it takes to fill a heap; a router that is stalled meanwhile has time to go on. */
const PRESSURE_TIMEOUT_MS = 60_000;

export class RouterProcess implements AsyncDisposable {
  /** Settles with an end that nobody planned; else never. */
  readonly crashed: Promise<string>;
  readonly #options: RouterProcessOptions;
  readonly #host: string;
  readonly #crash = Promise.withResolvers<string>();
  #child: Child | null = null;
  #url = "";
  #stderr = "";
  #refusedConfig = false;
  #ballastMb: number | null = 0;
  /** There is more of its stderr. */
  #heard: () => void = () => {};

  private constructor(options: RouterProcessOptions, host: string) {
    this.#options = options;
    this.#host = host;
    this.crashed = this.#crash.promise;
  }

  /** Resolves when it listens. LassoError with what it said when it does not: `config` where the config is wrong. */
  static async start(options: RouterProcessOptions): Promise<RouterProcess> {
    const router = new RouterProcess(options, await usableHost());
    await router.restart();
    return router;
  }

  /** `http://host:port`, the same for its life. */
  get url(): string {
    return this.#url;
  }

  /** undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** All that it said on stderr, over all starts. */
  get stderr(): string {
    return this.#stderr;
  }

  /** What of its memory is ballast, MB; null: that is about to change. */
  get ballastMb(): number | null {
    return this.#ballastMb;
  }

  /**
   * Leaves it a heap of `heapMb` in all, by ballast; null: what it was started with. Resolves when that is so, or it has
   * ended: V8 ends a process that needs more. LassoError `internal` where it takes no effect.
   */
  async leaveHeap(heapMb: number | null): Promise<void> {
    const child = this.#child;
    const { heap, clock } = this.#options;
    if (child === null || heap === null) return;
    const { limitMb } = startUnder(heap);
    const ballastMb = heapMb === null ? 0 : limitMb - heapMb;
    const from = this.#stderr.length;
    this.#ballastMb = null;
    const done = Promise.withResolvers<void>();
    this.#heard = () => {
      if (leftHeapMb(this.#stderr.slice(from)) !== null) done.resolve();
    };
    const late = clock.after(PRESSURE_TIMEOUT_MS, done.resolve);
    void child.ended.then(() => done.resolve());
    child.write(JSON.stringify({ ballastMb } satisfies BallastOrder));
    await done.promise;
    late.cancel();
    this.#heard = () => {};
    if (this.#child !== child) return;
    this.#ballastMb = ballastMb;
    if (child.end !== null || leftHeapMb(this.#stderr.slice(from)) === (heapMb ?? limitMb)) return;
    throw new LassoError("internal", `the router's heap was not limited to ${heapMb ?? limitMb} MB`);
  }

  /** SIGKILL: nothing is drained, no socket is closed in order. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    child.signal("SIGKILL");
    await child.ended;
  }

  /** Starts it (again) and waits until it listens. Harmless while it runs. */
  async restart(): Promise<void> {
    for (let tries = 1; this.#child === null; tries++) {
      const found = await this.#start();
      if (found === "listens") return;
      if (tries === START_TRIES || !/EADDRINUSE|address (?:is )?(?:already )?in use/i.test(found)) {
        throw new LassoError(this.#refusedConfig ? "config" : "internal", found);
      }
      await sleep(this.#options.clock, START_RETRY_MS);
    }
  }

  /** SIGSTOP: it holds its sockets and does nothing. */
  stall(): void {
    this.#child?.signal("SIGSTOP");
  }

  goOn(): void {
    this.#child?.signal("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#child = null;
    await child?.stop();
  }

  /** "listens", or why it does not. */
  async #start(): Promise<string> {
    const { program, clock, configFile, logFile, heap } = this.#options;
    const port = this.#url === "" ? "0" : new URL(this.#url).port;
    const listens = Promise.withResolvers<string>();
    const from = this.#stderr.length;
    const child = new Child({
      name: "the router",
      command: program("router", ["--config", configFile, "--host", this.#host, "--port", port]),
      clock,
      stdoutFile: logFile,
      // Its history ends with the run.
      env: { LASSO_DATA_DIR: "none", ...(heap === null ? {} : { DENO_V8_FLAGS: startUnder(heap).flags }) },
      onStderr: (text) => {
        this.#stderr += text;
        const url = /listens on (http:\/\/\S+)/.exec(this.#stderr.slice(from))?.[1];
        if (url !== undefined) listens.resolve(url);
        this.#heard();
      },
    });
    this.#child = child;
    this.#ballastMb = 0;
    const late = clock.after(START_TIMEOUT_MS, () => listens.resolve(""));
    void child.ended.then(() => listens.resolve(""));
    const url = await listens.promise;
    late.cancel();
    if (this.#child !== child) return "listens"; // It was killed as it began, as planned.
    if (url === "") {
      this.#child = null;
      await child.stop();
      this.#refusedConfig = child.end?.code === BAD_CONFIG;
      return `the router did not start: ${endText(child)}`;
    }
    this.#url = url;
    void child.ended.then(() => {
      if (this.#child !== child) return;
      this.#child = null;
      this.#crash.resolve(endText(child));
    });
    return "listens";
  }
}

async function usableHost(): Promise<string> {
  for (const host of HOSTS) {
    const isUsable = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once("error", () => resolve(false));
      server.listen(0, host, () => server.close(() => resolve(true)));
    });
    if (isUsable) return host;
  }
  return HOSTS[1];
}
