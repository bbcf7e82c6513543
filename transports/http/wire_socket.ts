// One socket with its reads tapped: bytes come straight from a read buffer that all sockets share, so a chunk is
// valid only while it is handed over. Hides what Deno's plain and TLS sockets do differently when reading is
// paused. Made by the dialer, owned by a Connection.

import { Buffer } from "node:buffer";
import net from "node:net";
import tls from "node:tls";
import { add as addToBatch, type BatchedWriter } from "../../core/http/write_batch.ts";

/** Reads happen one at a time on the event loop and are consumed before the next one, so one buffer is enough. */
const readBuffer = Buffer.allocUnsafeSlow(262_144);

export interface WireListener {
  /** Valid only during the call. */
  onBytes(bytes: Buffer): void;
  /** The socket is gone: `error` is null when the other side ended it in order. Heard at most once. */
  onGone(error: unknown): void;
}

/** What node's handles have; not part of node:tls's public shape. */
interface ReadHandle {
  readStop?(): void;
  readStart?(): void;
  readonly _parent?: ReadHandle;
}

export class WireSocket implements BatchedWriter {
  readonly socket: net.Socket;
  readonly #secure: boolean;
  #handle: ReadHandle | null = null;
  #listener: WireListener | null = null;
  #paused = false;
  #unwritten = "";
  #gone = false;
  #ended = false;
  #error: unknown = null;

  private constructor(secure: boolean, make: (wire: WireSocket) => net.Socket) {
    this.#secure = secure;
    this.socket = make(this);
    this.socket.on("error", (error: unknown) => this.#onGone(error));
    this.socket.on("end", () => {
      this.#ended = true;
      this.#onGone(null);
    });
    this.socket.on("close", () => this.#onGone(null));
  }

  static plain(host: string, port: number): WireSocket {
    return new WireSocket(
      false,
      (wire) => net.connect({ host, port, noDelay: true, onread: wire.#onread() }),
    );
  }

  static secure(host: string, port: number, options: tls.ConnectionOptions): WireSocket {
    return new WireSocket(
      true,
      // The types know `onread` only for plain sockets; TLS ones take it as well.
      (wire) =>
        tls.connect({ ...options, host, port, onread: wire.#onread() } as unknown as tls.ConnectionOptions),
    );
  }

  /** A bare connection that `over` puts TLS on. */
  static scout(host: string, port: number): WireSocket {
    return new WireSocket(false, () => net.connect({ host, port, noDelay: true }));
  }

  /** TLS over a connection that is open already. There `onread` has no effect, so chunks come as events. */
  static over(socket: net.Socket, options: tls.ConnectionOptions): WireSocket {
    const wire = new WireSocket(true, () => tls.connect({ ...options, socket }));
    wire.#handle = handleOf(socket);
    wire.socket.on("data", (bytes: Buffer) => wire.#listener?.onBytes(bytes));
    return wire;
  }

  /** The protocol that TLS agreed on; null where none was or there is no TLS. */
  get protocol(): string | null {
    return this.#secure ? (this.socket as tls.TLSSocket).alpnProtocol || null : null;
  }

  /** Bytes that were written and did not leave yet. */
  get unsent(): number {
    return this.socket.writableLength + this.#unwritten.length;
  }

  /** Hands the socket to its owner; an end that came before is told at once. */
  listen(listener: WireListener): void {
    this.#listener = listener;
    if (this.#gone) listener.onGone(this.#error);
  }

  /** `text` is wire text; it goes out at the end of this turn of the event loop. */
  write(text: string): void {
    if (this.#unwritten === "") addToBatch(this);
    this.#unwritten += text;
  }

  flush(): void {
    const text = this.#unwritten;
    this.#unwritten = "";
    if (!this.socket.destroyed) this.socket.write(text, "latin1");
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    // Deno's TLS sockets go on reading while paused, without bound, and lose the end; the TCP handle below them
    // can be stopped. A plain socket stops when its read callback says so.
    if (this.#secure) this.#readHandle()?.readStop?.();
    else this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#ended || this.socket.destroyed) return;
    if (this.#secure) this.#readHandle()?.readStart?.();
    else this.socket.resume();
  }

  destroy(): void {
    this.#listener = null;
    this.#gone = true;
    this.socket.destroy();
  }

  #onread(): net.OnReadOpts {
    return {
      buffer: readBuffer,
      callback: (count: number): boolean => {
        if (this.#listener === null) this.destroy(); // Nobody asked for anything yet.
        else this.#listener.onBytes(readBuffer.subarray(0, count));
        return !this.#paused || this.#secure;
      },
    };
  }

  #onGone(error: unknown): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#error = error;
    const listener = this.#listener;
    this.#listener = null;
    listener?.onGone(error);
  }

  #readHandle(): ReadHandle | null {
    if (this.#handle === null) this.#handle = handleOf(this.socket)?._parent ?? null;
    return this.#handle;
  }
}

function handleOf(socket: net.Socket): ReadHandle | null {
  return (socket as unknown as { readonly _handle?: ReadHandle })._handle ?? null;
}
