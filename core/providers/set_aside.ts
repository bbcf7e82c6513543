// Until when a whole provider (all its transports) is set aside, and why: rate limits, used-up quotas, refused
// keys. It never counts for the breaker. Channels apply verdicts to it; ranking asks `active`.

import type { Clock } from "../clock.ts";
import type { Category, SetAside } from "../rpc/category.ts";

export interface ActiveSetAside {
  readonly category: Category;
  /** `clock.now()` at which it ends. */
  readonly until: number;
}

/** A doubled time (quota, auth) grows no further than this, unless it began longer. */
const maxDoubledMs = 2 * 3_600_000;

export class SetAsideClock {
  readonly #clock: Clock;
  readonly #onChange: (active: ActiveSetAside) => void;
  #active: ActiveSetAside | null = null;
  /** Times in a row that a doubling category set it aside, by category; emptied by a success. */
  readonly #repetitions = new Map<Category, number>();

  /** `onChange` hears each beginning and each extension; the end comes by itself, at `until`. */
  constructor(clock: Clock, onChange: (active: ActiveSetAside) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /**
   * Sets the provider aside. Failures of calls that were under way together count as one: a doubling happens only
   * once the time before is over. Of two reasons the one that lasts longer stands.
   */
  apply(category: Category, spec: SetAside): void {
    const now = this.#clock.now();
    const active = this.active(now);
    if (spec.doubling && active?.category === category) return;
    let ms = spec.ms;
    if (spec.doubling) {
      const times = this.#repetitions.get(category) ?? 0;
      this.#repetitions.set(category, times + 1);
      ms = Math.min(ms * 2 ** Math.min(times, 30), Math.max(ms, maxDoubledMs));
    }
    const until = now + ms;
    if (active !== null && active.until >= until) return;
    this.#active = { category, until };
    this.#onChange(this.#active);
  }

  /** What sets it aside at `now`; null when nothing does. */
  active(now: number): ActiveSetAside | null {
    if (this.#active !== null && now >= this.#active.until) this.#active = null;
    return this.#active;
  }

  /** Is there anything to ask `active` about? Spares the hot path a look at the clock. */
  get idle(): boolean {
    return this.#active === null;
  }

  /**
   * The provider gave an answer: the next time begins undoubled. While it is set aside this says nothing (the call
   * may have begun before), so the time stays as it is.
   */
  succeeded(): void {
    if (this.#active === null && this.#repetitions.size > 0) this.#repetitions.clear();
    else if (this.#active !== null && this.active(this.#clock.now()) === null) this.#repetitions.clear();
  }

  /** Takes over what held for the same upstream before a reload. */
  adopt(previous: SetAsideClock): void {
    this.#active = previous.#active;
    for (const [category, times] of previous.#repetitions) this.#repetitions.set(category, times);
  }
}
