// What the tests of chaos share: a simulated provider behind a proxy, and clients that see what really came over the
// wire.

import { connect, type Socket } from "node:net";
import { systemClock } from "../../../core/clock.ts";
import { seededRandom } from "../../../core/random.ts";
import { TcpProxy, type TcpProxyOptions } from "../../../battle/chaos/tcp_proxy.ts";
import type { SimulatedProvider } from "../../../battle/simulator/provider.ts";
import type { SimulatedProviderSettings } from "../../../battle/simulator/provider_settings.ts";
import { startProvider, stillChain } from "../simulator/support.ts";

export const chainIdCall = '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}';

export interface Stage extends AsyncDisposable {
  readonly provider: SimulatedProvider;
  readonly proxy: TcpProxy;
  readonly url: string;
  readonly wsUrl: string;
}

/** A provider of a chain that stands still, behind a proxy. */
export async function startStage(
  settings: Partial<SimulatedProviderSettings> = {},
  options: Partial<TcpProxyOptions> = {},
): Promise<Stage> {
  const provider = await startProvider(stillChain(), settings);
  const proxy = await TcpProxy.start({ host: "127.0.0.1", port: provider.port, ...options }, {
    clock: systemClock,
    random: seededRandom(3),
  });
  return {
    provider,
    proxy,
    url: `http://${proxy.host}:${proxy.port}`,
    wsUrl: `ws://${proxy.host}:${proxy.port}`,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** A keep-alive HTTP connection of which the test sees every byte and how it ended. */
export class WireClient implements Disposable {
  readonly socket: Socket;
  text = "";
  /** Each chunk with the time of its arrival. */
  readonly chunks: { readonly atMs: number; readonly length: number }[] = [];
  #ended = false;
  #error: string | null = null;
  readonly #waiting = new Set<() => void>();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes) => {
      this.chunks.push({ atMs: performance.now(), length: bytes.length });
      this.text += new TextDecoder().decode(bytes as Uint8Array);
      this.#wake();
    });
    socket.on("end", () => {
      this.#ended = true;
      this.#wake();
    });
    socket.on("error", (error: Error & { readonly code?: string }) => {
      this.#error = error.code ?? error.message;
      this.#wake();
    });
    socket.on("close", () => this.#wake());
  }

  /** Rejects with an error whose `code` says why. */
  static open(host: string, port: number): Promise<WireClient> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new WireClient(socket));
      });
    });
  }

  /** One POST; the answer arrives in `text`. */
  ask(body = chainIdCall): void {
    this.socket.write(
      `POST / HTTP/1.1\r\nhost: sim\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }

  /** Whole answers so far. */
  get answers(): number {
    return [...this.text.matchAll(/\r\n\r\n\{[^\n]*?\}(?=HTTP|$)/g)].length;
  }

  /** `open`, `ended` by FIN, or the error's code. */
  get state(): string {
    return this.#error ?? (this.#ended ? "ended" : "open");
  }

  async answered(count = 1): Promise<void> {
    await this.until(() => this.answers >= count);
  }

  /** Waits for bytes or an end until `look` holds. */
  async until(look: () => boolean): Promise<void> {
    while (!look()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

/** The error's code of an attempt to connect; `open` where it works. */
export async function connecting(host: string, port: number): Promise<string> {
  try {
    using _client = await WireClient.open(host, port);
    return "open";
  } catch (thrown) {
    return (thrown as { readonly code?: string }).code ?? String(thrown);
  }
}

export async function post(url: string, body = chainIdCall, client?: Deno.HttpClient): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    ...(client === undefined ? {} : { client }),
  });
  return await response.text();
}
