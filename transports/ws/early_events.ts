// Events of subscriptions that the upstream has not confirmed yet: nodes may send them before the confirmation. Kept in
// order and within bounds, the oldest go first. One for each connection, filled only while a confirmation is awaited.

const mostMessages = 1_000;
const mostBytes = 4 * 1024 * 1024;

export interface EarlyEvent {
  readonly subscription: string;
  readonly result: string;
  /** When it was read; monotonic ms. */
  readonly arrivedAt: number;
}

export class EarlyEvents {
  #events: EarlyEvent[] = [];
  #bytes = 0;

  /** Keeps it; gives how many older ones had to go. */
  keep(subscription: string, result: string, arrivedAt: number): number {
    this.#events.push({ subscription, result, arrivedAt });
    this.#bytes += result.length;
    let dropped = 0;
    while (this.#events.length > mostMessages || this.#bytes > mostBytes) {
      this.#bytes -= this.#events.shift()!.result.length;
      dropped++;
    }
    return dropped;
  }

  /** Takes out the events of one subscription, oldest first. */
  take(subscription: string): readonly EarlyEvent[] {
    if (this.#events.length === 0) return [];
    const taken: EarlyEvent[] = [];
    this.#events = this.#events.filter((event) => {
      if (event.subscription !== subscription) return true;
      taken.push(event);
      this.#bytes -= event.result.length;
      return false;
    });
    return taken;
  }

  clear(): void {
    this.#events = [];
    this.#bytes = 0;
  }
}
