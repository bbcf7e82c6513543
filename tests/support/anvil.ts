// A real Ethereum node for tests: an Anvil process on a free port. Silent, ready when it is handed out, and dead when
// it is disposed, whatever the test did to it in between.

import { anvilPath } from "./anvil_path.ts";
import { until } from "./until.ts";

/** Anvil's first funded account: the test mnemonic's, public knowledge. */
export const fundedKey = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
export const fundedAddress = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";
export const secondAddress = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8";
/** Anvil's default chain id. */
export const anvilChainId = 31337;

const startDeadlineMs = 20_000;
const startTries = 3;

export class Anvil implements AsyncDisposable {
  readonly url: string;
  readonly #child: Deno.ChildProcess;

  constructor(url: string, child: Deno.ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** The result of one call, straight at the node. Throws the node's error. */
  async rpc<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
    });
    const answer = await response.json() as { result?: T; error?: { message: string } };
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result as T;
  }

  /** SIGKILL: sockets are reset, nothing is said. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#child.status;
  }

  /** SIGSTOP: the kernel still accepts and buffers, nobody answers. */
  stall(): void {
    this.#signal("SIGSTOP");
  }

  resume(): void {
    this.#signal("SIGCONT");
  }

  /** SIGKILL ends a stopped process too. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #signal(name: Deno.Signal): void {
    try {
      this.#child.kill(name);
    } catch {
      // It is gone already.
    }
  }
}

/** Starts Anvil with further arguments, and waits until it answers. */
export async function startAnvil(args: readonly string[] = []): Promise<Anvil> {
  const path = anvilPath();
  for (let tries = 1;; tries++) {
    const port = freePort();
    const child = new Deno.Command(path, {
      args: ["--silent", "--host", "127.0.0.1", "--port", String(port), ...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const anvil = new Anvil(`http://127.0.0.1:${port}`, child);
    let gone = false;
    child.status.then(() => gone = true);
    try {
      await until("Anvil answers", async () => {
        if (gone) return "gone";
        return await anvil.rpc<string>("eth_chainId");
      }, startDeadlineMs);
    } catch (thrown) {
      await anvil.kill();
      throw thrown;
    }
    if (!gone) return anvil;
    // Somebody else took the port between the look and the start.
    if (tries === startTries) {
      throw new Error(`Anvil ended at its start, ${startTries} times: ${args.join(" ")}`);
    }
  }
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}
