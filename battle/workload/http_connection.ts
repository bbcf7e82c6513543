// One kept HTTP/1.1 connection to the target, with at most one request under way. Bodies are told whole, as wire text.
// What breaks it breaks the request that it carries; it is never repeated on another one, as a client would see the
// failure too. Owned by HttpTarget.

import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import { ResponseParser, type ResponseReceiver } from "../../core/http/response_parser.ts";
import { fromWire, toWire } from "../../core/rpc/wire.ts";

export interface ConnectionOwner {
  answered(connection: HttpConnection, nth: number, status: number, body: string): void;
  /** It is gone. `nth`: the request that it carried; -1: none. */
  gone(connection: HttpConnection, nth: number, reason: string): void;
}

/** Whose names may be shown: no URL, no address. */
const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "the connection was refused",
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ETIMEDOUT: "the connection timed out",
  ENOTFOUND: "the name was not found",
  EMFILE: "the generator has no file descriptors left",
};

export class HttpConnection implements ResponseReceiver {
  readonly #socket: net.Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new ResponseParser();
  #nth = -1;
  #status = 0;
  #whole = "";
  #pieces: Buffer[] | null = null;
  #failure: string | null = null;
  #gone = false;
  readonly closed: Promise<void>;

  constructor(url: URL, owner: ConnectionOwner) {
    this.#owner = owner;
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const secure = url.protocol === "https:";
    const port = Number(url.port) || (secure ? 443 : 80);
    this.#socket = secure
      ? tls.connect({ host, port, servername: net.isIP(host) === 0 ? host : "" })
      : net.connect({ host, port, noDelay: true });
    this.#socket.on(
      "data",
      (bytes: Uint8Array) => this.#take(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)),
    );
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      this.#failure ??= sentences[error.code ?? ""] ?? `the connection failed (${error.code ?? error.name})`;
    });
    // Half-closed connections are of no use: what is under way on them can't be told from a cut.
    this.#socket.on("end", () => this.#onEnd());
    this.closed = new Promise((resolve) => this.#socket.once("close", () => (this.#onClose(), resolve())));
  }

  /** Can be called before it is connected; then it is written as soon as it is. */
  send(nth: number, request: string): void {
    this.#nth = nth;
    this.#whole = "";
    this.#pieces = null;
    this.#parser.begin(this);
    this.#socket.write(fromWire(request));
  }

  /** Nothing is heard any more. */
  destroy(): void {
    this.#gone = true;
    this.#socket.destroy();
  }

  onHead({ status }: { readonly status: number }): void {
    this.#status = status;
  }

  onData(bytes: Buffer, from: number, to: number): void {
    const piece = bytes.subarray(from, to);
    if (this.#parser.done && this.#pieces === null) this.#whole = toWire(piece);
    else (this.#pieces ??= []).push(Buffer.from(piece));
  }

  #take(bytes: Buffer): void {
    if (this.#gone) return;
    if (this.#nth < 0) return this.#lose("the target sent bytes that nobody asked for");
    const read = this.#parser.feed(bytes);
    if (this.#parser.fault !== null) return this.#lose(`no HTTP/1.1: ${this.#parser.fault.message}`);
    if (!this.#parser.done) return;
    const keepAlive = this.#parser.head?.keepAlive === true && read === bytes.length;
    this.#settle(keepAlive);
  }

  #settle(keepAlive: boolean): void {
    const nth = this.#nth;
    const body = this.#pieces === null ? this.#whole : toWire(Buffer.concat(this.#pieces));
    this.#pieces = null;
    this.#whole = "";
    this.#nth = -1;
    if (!keepAlive) this.#lose("");
    this.#owner.answered(this, nth, this.#status, body);
  }

  #onEnd(): void {
    if (this.#gone) return;
    if (this.#nth >= 0 && this.#parser.started && this.#parser.finish()) return this.#settle(false);
    const { started } = this.#parser;
    this.#lose(
      this.#nth >= 0 && started
        ? "the connection was closed within the answer"
        : "the connection was closed before the answer",
    );
  }

  #onClose(): void {
    this.#lose(this.#failure ?? "the connection was closed before the answer");
  }

  #lose(reason: string): void {
    if (this.#gone) return;
    this.destroy();
    this.#owner.gone(this, this.#nth, reason);
  }
}
