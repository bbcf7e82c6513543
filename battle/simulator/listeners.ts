// Who wants to hear of something. Events are told one after the other, also when a listener causes the next one, so
// that all listeners hear them in the same order. Used by the chain; it starts nothing and waits for nothing.

export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #waiting: Event[] = [];
  #telling = false;

  /** Returns what takes the listener out again. */
  add(listener: (event: Event) => void): () => void {
    // A function of its own, so that the same listener may be added twice.
    const own = (event: Event): void => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  tell(event: Event): void {
    this.#waiting.push(event);
    if (this.#telling) return;
    this.#telling = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        for (const listener of [...this.#listeners]) listener(next);
      }
    } finally {
      this.#telling = false;
    }
  }
}
