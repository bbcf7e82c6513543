// Where all work of a simulated provider passes: open, it lets everything through at once; shut, it keeps what comes,
// in order, until it opens again, as a stopped process would find it on its sockets. The provider shuts and opens it.

export class StallGate {
  #shut = false;
  #kept: (() => void)[] = [];

  get shut(): boolean {
    return this.#shut;
  }

  pass(run: () => void): void {
    if (this.#shut) this.#kept.push(run);
    else run();
  }

  close(): void {
    this.#shut = true;
  }

  open(): void {
    this.#shut = false;
    const kept = this.#kept;
    this.#kept = [];
    for (const run of kept) this.pass(run);
  }

  /** Forgets what was kept: its sockets are gone. */
  clear(): void {
    this.#kept = [];
  }
}
