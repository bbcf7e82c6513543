// The feed's socket: opens it, hands on what it says, and opens it again with backoff when it is gone; every opening
// begins with a snapshot, so nothing has to be asked for again. It decides nothing about the page.

import type { FeedMessage } from "../../core/server/feed_model.ts";

export interface ConnectionHooks {
  message(message: FeedMessage): void;
  opened(): void;
  /** `retryMs`: it is tried again after this long; null: access was refused, and only `reopen` tries again. */
  lost(retryMs: number | null): void;
  /** Asked when a socket could not be opened, since a browser does not say why. */
  mayRead(): Promise<boolean>;
}

const firstRetryMs = 500;
const maxRetryMs = 10_000;
/** Stats come each second: a socket that is silent for this long is dead, whatever TCP thinks. */
const silentMs = 6_000;
const version = "lasso.v1";

export class FeedConnection {
  readonly #url: string;
  readonly #hooks: ConnectionHooks;
  #token: string | null;
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #heardAt = 0;
  #retryMs = firstRetryMs;
  #opened = false;
  #ended = false;

  constructor(url: string, token: string | null, hooks: ConnectionHooks) {
    this.#url = url;
    this.#token = token;
    this.#hooks = hooks;
  }

  open(): void {
    if (this.#ended) return;
    clearTimeout(this.#retry);
    const protocols = this.#token === null ? [version] : [version, `lasso.token.${base64url(this.#token)}`];
    const socket = this.#socket = new WebSocket(this.#url, protocols);
    this.#heardAt = performance.now();
    this.#opened = false;
    this.#watch = setInterval(() => {
      if (performance.now() - this.#heardAt > silentMs) this.#dropped(socket);
    }, 1_000);
    socket.onopen = () => {
      this.#opened = true;
      this.#hooks.opened();
    };
    socket.onmessage = ({ data }) => {
      this.#heardAt = performance.now();
      this.#retryMs = firstRetryMs;
      this.#hooks.message(JSON.parse(data));
    };
    socket.onclose = () => void this.#closed(socket);
  }

  /** Tries again at once, with a token that the user gave. */
  reopen(token: string | null): void {
    this.#token = token;
    this.#retryMs = firstRetryMs;
    if (this.#socket !== null) this.#forget(this.#socket);
    this.open();
  }

  close(): void {
    this.#ended = true;
    clearTimeout(this.#retry);
    if (this.#socket !== null) this.#forget(this.#socket);
  }

  async #closed(socket: WebSocket): Promise<void> {
    const isRefused = !this.#opened && !await this.#hooks.mayRead();
    if (!isRefused) return this.#dropped(socket);
    if (this.#socket !== socket) return;
    this.#forget(socket);
    this.#hooks.lost(null);
  }

  #dropped(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#forget(socket);
    // Half of it fixed, half by chance: many pages must not come back at once.
    const ms = this.#retryMs / 2 + Math.random() * this.#retryMs / 2;
    this.#retryMs = Math.min(maxRetryMs, this.#retryMs * 2);
    this.#hooks.lost(ms);
    this.#retry = setTimeout(() => this.open(), ms);
  }

  #forget(socket: WebSocket): void {
    this.#socket = null;
    clearInterval(this.#watch);
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

function base64url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
