// The opening handshake on a socket that is connected (RFC 6455 section 4.1): the request out, a strictly judged 101
// in. The outcome is a value; what an HTTP status says is handed on, so that it can be classified. Called by the
// opener.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { isFault } from "../../core/http/fault.ts";
import { listHas } from "../../core/http/framing.ts";
import { headEnd } from "../../core/http/head_end.ts";
import {
  maxResponseHeadBytes,
  parseResponseHead,
  type ResponseHead,
  retryAfterMs,
} from "../../core/http/response_head.ts";
import { ResponseParser, type ResponseReceiver } from "../../core/http/response_parser.ts";
import type { Reply, TransportFailure } from "../../core/plugins/transport.ts";
import type { Random } from "../../core/random.ts";
import { view } from "../../core/rpc/wire.ts";
import { codeOf, connectFailure, failure, isCertificateAlert } from "../http/failures.ts";
import type { WireListener, WireSocket } from "../http/wire_socket.ts";

export type HandshakeResult =
  /** The server speaks WebSocket now; take its bytes over with `takeOver`. */
  | { readonly kind: "open" }
  /** It answered with a status of its own. */
  | { readonly kind: "reply"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly failure: TransportFailure };

/** Appended to the key (section 1.3). */
const magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** Of a refusal's body no more is read. */
const maxBodyBytes = 65_536;
const maxInterim = 8;

export class Handshake implements WireListener, ResponseReceiver {
  readonly #wire: WireSocket;
  readonly #upstream: string;
  readonly #wallNow: () => number;
  readonly #settle: (result: HandshakeResult) => void;
  readonly #accept: string;
  #bytes: Buffer = Buffer.alloc(0);
  #interim = 0;
  #open = false;
  #gone: { readonly error: unknown } | null = null;
  /** Reads an answer that is no 101. */
  #refusal: ResponseParser | null = null;
  #body = "";

  /**
   * Sends the request, `prefix` being its text up to the key. `settle` is called once; anything but "open" leaves
   * the socket to be destroyed by the caller.
   */
  constructor(
    wire: WireSocket,
    prefix: string,
    upstream: string,
    random: Random,
    wallNow: () => number,
    settle: (result: HandshakeResult) => void,
  ) {
    this.#wire = wire;
    this.#upstream = upstream;
    this.#wallNow = wallNow;
    let settled = false;
    this.#settle = (result) => {
      if (settled) return;
      settled = true;
      settle(result);
    };
    const key = Buffer.from(Uint8Array.from({ length: 16 }, () => Math.floor(random.next() * 256)))
      .toString("base64");
    this.#accept = createHash("sha1").update(key + magic).digest("base64");
    wire.listen(this);
    if (this.#gone === null) wire.write(`${prefix}${key}\r\n\r\n`);
  }

  onBytes(bytes: Buffer): void {
    if (this.#refusal !== null) return this.#readRefusal(bytes);
    this.#bytes = this.#bytes.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#bytes, bytes]);
    while (!this.#open && this.#refusal === null) {
      const end = headEnd(this.#bytes, 0);
      if (end === -1) {
        if (this.#bytes.length > maxResponseHeadBytes) this.#malformed("with a head that is too large");
        else if (!"HTTP/1.".startsWith(this.#bytes.toString("latin1", 0, 7))) {
          this.#malformed("with no HTTP/1.1");
        }
        return;
      }
      const head = parseResponseHead(view(this.#bytes).latin1Slice(0, end));
      if (isFault(head)) return this.#malformed(`with a malformed head: ${head.message}`);
      if (!this.#take(head, end + 4)) return;
    }
  }

  onGone(error: unknown): void {
    this.#gone = { error };
    if (this.#open) return;
    if (this.#refusal?.head != null) return this.#refuse();
    const code = codeOf(error);
    if (isCertificateAlert(code)) return this.#fail(connectFailure(this.#upstream, error));
    const shown = code === "" ? "" : ` (${code})`;
    this.#fail(
      failure(
        error === null ? "eof" : "reset",
        `${this.#upstream} closed the connection in the WebSocket handshake${shown}.`,
        false,
      ),
    );
  }

  onHead(_head: ResponseHead): void {}

  onData(bytes: Buffer, from: number, to: number): void {
    this.#body += view(bytes).latin1Slice(from, Math.min(to, from + maxBodyBytes - this.#body.length));
  }

  /** The time is over: what came of a refusal counts; false: nothing did. */
  timeOut(): boolean {
    if (this.#refusal?.head == null) return false;
    this.#refuse();
    return true;
  }

  /** After "open": `listener` hears the socket from here on; gives what the server sent already. */
  takeOver(listener: WireListener): Buffer {
    const rest = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    if (this.#gone === null) this.#wire.listen(listener);
    else listener.onGone(this.#gone.error);
    return rest;
  }

  /** A head is complete; false: it was the last one. */
  #take(head: ResponseHead, bytes: number): boolean {
    if (head.status === 101) {
      const why = this.#wrong(head);
      if (why !== null) this.#malformed(`wrongly: ${why}`);
      else {
        this.#open = true;
        this.#bytes = this.#bytes.subarray(bytes);
        this.#settle({ kind: "open" });
      }
      return false;
    }
    if (head.status < 200) {
      this.#bytes = this.#bytes.subarray(bytes);
      if (++this.#interim <= maxInterim) return true;
      this.#malformed("with too many interim answers");
      return false;
    }
    this.#refusal = new ResponseParser();
    this.#refusal.begin(this);
    this.#readRefusal(this.#bytes);
    return false;
  }

  /** What section 4.1 demands of a 101; null: all is there. */
  #wrong({ fields }: ResponseHead): string | null {
    if (fields.get("upgrade")?.toLowerCase() !== "websocket") return "it upgrades to something else";
    if (!listHas(fields.get("connection") ?? "", "upgrade")) return "its Connection field says no upgrade";
    if (fields.get("sec-websocket-accept") !== this.#accept) return "its Sec-WebSocket-Accept is another one";
    if (fields.get("sec-websocket-extensions") !== undefined) {
      return "it chose an extension that was not offered";
    }
    if (fields.get("sec-websocket-protocol") !== undefined) return "it chose a protocol that was not offered";
    return null;
  }

  #readRefusal(bytes: Buffer): void {
    const parser = this.#refusal!;
    parser.feed(bytes);
    if (parser.fault !== null && parser.head === null) this.#malformed(`badly: ${parser.fault.message}`);
    else if (parser.done || parser.fault !== null || this.#body.length >= maxBodyBytes) this.#refuse();
  }

  #refuse(): void {
    const head = this.#refusal!.head!;
    // What is encoded can't be read, and wasn't asked for.
    const body = head.encoding === undefined ? this.#body : "";
    const waitMs = retryAfterMs(head.retryAfter, this.#wallNow());
    this.#settle({ kind: "reply", reply: { status: head.status, retryAfterMs: waitMs, body, rest: null } });
  }

  #malformed(how: string): void {
    this.#fail(failure("malformed", `${this.#upstream} answered the WebSocket handshake ${how}.`, false));
  }

  #fail(reason: TransportFailure): void {
    this.#settle({ kind: "failed", failure: reason });
  }
}
