// One client connection: bytes in, requests to the handler one after the other, answers out in their order. No timer,
// promise or closure per request: the listener sweeps over its connections and calls `sweep`. It must never throw
// into the socket, nor keep more of a client's input or output than its bounds. Made by core/server/listener.ts.

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import { type HttpFault, httpFault } from "../http/fault.ts";
import type { RequestHead } from "../http/request_head.ts";
import { RequestParser } from "../http/request_parser.ts";
import { add, type BatchedWriter } from "../http/write_batch.ts";
import type { ClientReport } from "./client_report.ts";
import type { HandedOver, ServerHandler, SocketOwner } from "./handler.ts";
import { fromWire } from "../rpc/wire.ts";
import { type AnswerSink, HttpResponse } from "./response_writer.ts";

/** What a connection needs of its listener. */
export interface ConnectionHost {
  readonly handler: ServerHandler;
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly maxHeadBytes: number;
  readonly maxBodyBytes: number;
  /** The time of the next sweep: a clock that costs nothing to read and makes no timeout come early. */
  readonly stamp: number;
  readonly draining: boolean;
  gone(connection: Connection): void;
}

/** Input that may wait behind an answer under way before the socket is paused. */
const maxWaitingBytes = 65_536;
/** Output that may wait for a slow client before its handler is asked to pause. */
const maxUnsentBytes = 262_144;
/** After the last answer what still comes in is thrown away, or unread input would reset the answer. */
const lingerMs = 2_000;
const lingerBytes = 1_048_576;

const longText = 8 * 1024;

const continueLine = "HTTP/1.1 100 Continue\r\n\r\n";

export class Connection implements AnswerSink, BatchedWriter, SocketOwner {
  readonly #socket: Socket;
  readonly #host: ConnectionHost;
  readonly #parser: RequestParser;
  readonly #remoteAddress: string;
  readonly #secure: boolean;

  /** The answer under way. */
  #response: HttpResponse | null = null;
  /** `#advance` is on the stack. */
  #advancing = false;
  #paused = false;
  /** The last answer has been given, or none will be: input is thrown away. */
  #closing = false;
  /** Requests that have come, and when the connection was opened. */
  #requests = 0;
  readonly #openedAt: number;

  /** What of a request had arrived when input was last read, since when, and when the last byte of it came. */
  #position: "between" | "head" | "body" = "between";
  #since: number;
  #lastByteAt: number;

  /** Short output of this turn, which is written at its end; longer output goes to the socket at once, behind it. */
  #gathered = "";
  #queuedBytes = 0;
  /** Bytes that the socket had taken at the last sweep, and the time when that number last changed. */
  #takenBytes = 0;
  #takenAt: number;
  #lingerUntil = 0;
  #discardedBytes = 0;

  constructor(socket: Socket, host: ConnectionHost, secure: boolean) {
    this.#socket = socket;
    this.#host = host;
    this.#parser = new RequestParser(host);
    this.#remoteAddress = socket.remoteAddress ?? "";
    this.#secure = secure;
    this.#since =
      this.#lastByteAt =
      this.#takenAt =
      this.#openedAt =
        host.stamp;
    socket.on("data", this.#onData);
    socket.on("drain", this.#onDrain);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onClose);
    socket.on("error", ignore);
  }

  /** As it stands, to be shown. */
  get report(): ClientReport {
    return {
      transport: "http",
      address: this.#remoteAddress,
      secure: this.#secure,
      chain: null,
      openedAt: this.#openedAt,
      calls: this.#requests,
      inFlight: this.#response === null ? 0 : 1,
      subscriptions: 0,
      queuedBytes: this.#unsentBytes,
    };
  }

  get lastAnswer(): boolean {
    return this.#host.draining || this.#closing;
  }

  put(bytes: string | Uint8Array, gone?: () => void): boolean {
    this.#queuedBytes += bytes.length;
    if (typeof bytes === "string" && bytes.length <= longText) {
      if (this.#gathered === "") add(this);
      this.#gathered += bytes;
    } else {
      this.flush();
      // Long text is a hundred times as fast as bytes: the platform writes latin1 text char by char.
      if (typeof bytes === "string") this.#socket.write(fromWire(bytes));
      else this.#socket.write(bytes, gone);
    }
    return this.#unsentBytes < maxUnsentBytes;
  }

  flush(): void {
    const text = this.#gathered;
    if (text === "") return;
    this.#gathered = "";
    this.#socket.write(text, "latin1");
  }

  get #unsentBytes(): number {
    return this.#socket.writableLength + this.#gathered.length;
  }

  answered(keep: boolean): void {
    this.#response = null;
    this.#position = "between";
    this.#since = this.#host.stamp;
    if (!keep) this.#finish();
    else if (!this.#advancing) this.#advance();
  }

  cut(reset: boolean): void {
    this.#response = null;
    this.#closing = true;
    this.flush();
    if (reset && !this.#secure) this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  /** Closes it unless a request is under way or has arrived in part; that one's answer will be the last. */
  drain(): void {
    if (this.#response !== null || this.#parser.position !== "between" || this.#closing) return;
    if (this.#unsentBytes > 0) this.#finish();
    else this.destroy();
  }

  /** Ends it at once; an answer under way is lost. */
  destroy(): void {
    this.#closing = true;
    this.#gathered = "";
    this.#socket.destroy();
    this.#leave();
  }

  /** Looks for what has run out of time. Called every half second or so. */
  sweep(now: number): void {
    if (this.#stalled(now)) return this.destroy();
    const { headerTimeoutMs, idleTimeoutMs } = this.#host;
    if (this.#closing) {
      if (!this.#socket.writableFinished) this.#lingerUntil = now + lingerMs;
      else if (now >= this.#lingerUntil) this.destroy();
    } else if (this.#response === null) {
      const waited = now - this.#since;
      if (this.#position === "body") {
        const silent = now - this.#lastByteAt >= headerTimeoutMs;
        if (silent || waited >= idleTimeoutMs) {
          this.#refuse(httpFault(408, "The body did not arrive in time."));
        }
      } else if (this.#position === "head" || this.#requests === 0) {
        if (waited >= headerTimeoutMs) this.#refuse(httpFault(408, "The head did not arrive in time."));
      } else if (this.#unsentBytes > 0) this.#since = now;
      else if (waited >= idleTimeoutMs) this.destroy();
    }
  }

  /** Output waits and the client has taken nothing of it for the idle timeout. */
  #stalled(now: number): boolean {
    const unsent = this.#unsentBytes;
    const taken = this.#queuedBytes - unsent;
    if (unsent === 0 || taken !== this.#takenBytes) {
      this.#takenBytes = taken;
      this.#takenAt = now;
      return false;
    }
    return now - this.#takenAt >= this.#host.idleTimeoutMs;
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#closing) {
      this.#discardedBytes += chunk.length;
      if (this.#discardedBytes > lingerBytes) this.destroy();
      return;
    }
    this.#parser.push(chunk);
    if (this.#response === null) this.#advance();
    else this.#throttle();
  };

  readonly #onDrain = (): void => {
    const response = this.#response;
    if (response === null) this.#advance();
    else if (response.onDrain !== null) this.#guard(response.onDrain);
  };

  /**
   * The client has said all that it will: one that waits for its answer would not. What is ready goes out whole.
   */
  readonly #onEnd = (): void => {
    if (this.#response !== null) {
      if (!this.#response.untouched || this.#unsentBytes === 0) return this.destroy();
      this.#leave();
      this.#finish();
    } else if (this.#closing) this.#socket.end();
    else if (this.#parser.position === "between") this.#finish();
    else this.#refuse(httpFault(400, "The connection ended within a request."));
  };

  readonly #onClose = (): void => {
    this.#closing = true;
    this.#gathered = "";
    this.#leave();
    this.#host.gone(this);
  };

  #advance(): void {
    this.#advancing = true;
    while (this.#response === null && !this.#closing && this.#unsentBytes < maxUnsentBytes) {
      const event = this.#parser.next();
      if (event === "request") this.#handle();
      else if (event === "continue") this.put(continueLine);
      else if (event === "fault") this.#refuse(this.#parser.fault!);
      else {
        this.#await();
        break;
      }
    }
    this.#advancing = false;
    this.#throttle();
  }

  /** Nothing whole is there: keeps account of time. */
  #await(): void {
    const position = this.#parser.position;
    const stamp = this.#host.stamp;
    if (position !== this.#position) {
      this.#position = position;
      this.#since = stamp;
    }
    this.#lastByteAt = stamp;
  }

  /** Reads from the socket only while little waits. */
  #throttle(): void {
    const full = this.#parser.buffered > maxWaitingBytes && !this.#closing;
    if (full === this.#paused) return;
    this.#paused = full;
    if (full) this.#socket.pause();
    else this.#socket.resume();
  }

  #handle(): void {
    const { head, body } = this.#parser;
    if (head === null) return;
    this.#requests++;
    this.#position = "between";
    const { handler } = this.#host;
    const upgrades = head.upgrade && handler.upgrades?.(head) === true;
    const response = new HttpResponse(
      this,
      head.version,
      head.method === "HEAD",
      head.keepAlive && !upgrades,
    );
    this.#response = response;
    const request = { head, body, remoteAddress: this.#remoteAddress, secure: this.#secure };
    try {
      if (upgrades) handler.upgrade?.(request, response, this);
      else handler.handle(request, response);
    } catch (thrown) {
      this.#thrown(thrown, response, head);
    }
  }

  handOver(): HandedOver {
    const socket = this.#socket;
    const rest = this.#parser.takeRest();
    this.#closing = true;
    this.flush();
    this.#throttle();
    socket.off("data", this.#onData);
    socket.off("drain", this.#onDrain);
    socket.off("end", this.#onEnd);
    socket.off("close", this.#onClose);
    this.#leave();
    this.#host.gone(this);
    return { socket, rest };
  }

  #refuse(fault: HttpFault): void {
    const head = this.#parser.head;
    const response = new HttpResponse(this, head?.version ?? 11, head?.method === "HEAD", false);
    this.#response = response;
    let answer = { headers: "", body: "" };
    this.#guard(() => answer = this.#host.handler.refuse(fault, head));
    response.send(fault.status, answer.headers, answer.body);
  }

  #thrown(thrown: unknown, response: HttpResponse, head: RequestHead): void {
    this.#host.handler.thrown?.(thrown);
    if (!response.untouched) return response.abort();
    let answer = { headers: "", body: "" };
    this.#guard(() => answer = this.#host.handler.refuse(httpFault(500, "The request failed here."), head));
    response.send(500, answer.headers, answer.body);
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      this.#host.handler.thrown?.(thrown);
    }
  }

  /** Half-closes behind the last answer and lingers, so that the client can read it. */
  #finish(): void {
    this.#closing = true;
    this.#lingerUntil = this.#host.stamp + lingerMs;
    this.#parser.takeRest();
    this.#throttle();
    this.flush();
    this.#socket.end();
  }

  #leave(): void {
    const response = this.#response;
    this.#response = null;
    if (response !== null) this.#guard(() => response.left());
  }
}

function ignore(): void {}
