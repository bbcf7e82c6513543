// A real node of the world: an Anvil process on a free loopback port, silent, ready when it is handed out, gone when it
// is disposed. What it can suffer beside faults of the wire: a stop (SIGSTOP) and a reorg by its own means.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { type Clock, sleep } from "../../core/clock.ts";
import { LassoError, messageOf } from "../../core/errors.ts";

const HOST = "127.0.0.1";
const START_TRIES = 3;
const START_TIMEOUT_MS = 20_000;
const LOOK_EVERY_MS = 25;

export interface AnvilOptions {
  readonly path: string;
  readonly chainId: number;
  /** 0: a block for each transaction. */
  readonly blockTimeMs: number;
}

export class AnvilNode implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #ended = false;
  #stops = 0;

  private constructor(port: number, child: ChildProcess) {
    this.port = port;
    this.#child = child;
    this.#gone = new Promise((resolve) => {
      const ended = (): void => {
        this.#ended = true;
        resolve();
      };
      child.once("close", ended);
      child.once("error", ended);
    });
  }

  /** LassoError `internal` when it does not answer in time. */
  static async start(options: AnvilOptions, clock: Clock): Promise<AnvilNode> {
    for (let tries = 1;; tries++) {
      const port = await freePort();
      const node = new AnvilNode(port, spawn(options.path, argumentsOf(options, port), { stdio: "ignore" }));
      const problem = await node.#answers(clock);
      if (problem === null) return node;
      await node[Symbol.asyncDispose]();
      // Somebody else may have taken the port between the look and the start.
      if (tries < START_TRIES && problem === "it ended") continue;
      throw new LassoError("internal", `Anvil did not start: ${problem}.`, { place: options.path });
    }
  }

  async rpc(method: string, params: readonly unknown[] = [], signal?: AbortSignal): Promise<unknown> {
    const response = await fetch(`http://${HOST}:${this.port}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = await response.json() as { result?: unknown; error?: { message: string } };
    if (answer.error !== undefined) {
      throw new LassoError("internal", `Anvil: ${method}: ${answer.error.message}`);
    }
    return answer.result;
  }

  /** SIGSTOP until the function that is given back was called as often as this. */
  stop(): () => void {
    if (this.#stops++ === 0) this.#signal("SIGSTOP");
    return () => {
      if (--this.#stops === 0) this.#signal("SIGCONT");
    };
  }

  /** SIGKILL ends a stopped process too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal("SIGKILL");
    await this.#gone;
  }

  /** By its pid: `ChildProcess.kill` sends nothing any more after its first signal. */
  #signal(name: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void {
    if (this.#ended || this.#child.pid === undefined) return;
    try {
      process.kill(this.#child.pid, name);
    } catch {
      // It ended in between.
    }
  }

  /** null, or why not. */
  async #answers(clock: Clock): Promise<string | null> {
    let last = "nothing answers";
    for (
      const endMs = clock.now() + START_TIMEOUT_MS;
      clock.now() < endMs;
      await sleep(clock, LOOK_EVERY_MS)
    ) {
      if (this.#ended) return "it ended";
      try {
        await this.rpc("eth_chainId");
        return null;
      } catch (thrown) {
        last = messageOf(thrown);
      }
    }
    return `not within ${START_TIMEOUT_MS} ms: ${last}`;
  }
}

function argumentsOf({ chainId, blockTimeMs }: AnvilOptions, port: number): string[] {
  const pace = blockTimeMs === 0 ? [] : ["--block-time", String(blockTimeMs / 1000)];
  return ["--silent", "--host", HOST, "--port", String(port), "--chain-id", String(chainId), ...pace];
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, HOST, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
