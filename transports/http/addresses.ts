// The addresses of one host name: looked up when first needed, again at most every 30 s while calls are made, and told
// to the pool when they change. It never blocks a call that has addresses to go on with. An IP literal is
// its own address.

import dns from "node:dns";
import net from "node:net";
import type { Clock } from "../../core/clock.ts";

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Rejects with a Node error whose `code` says why (ENOTFOUND …). */
export type Lookup = (host: string) => Promise<readonly Address[]>;

export const systemLookup: Lookup = (host) =>
  new Promise((resolve, reject) => {
    dns.lookup(host, { all: true, verbatim: true }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found.map((each) => ({ address: each.address, family: each.family === 6 ? 6 : 4 })));
    });
  });

const refreshMs = 30_000;

export class AddressBook {
  readonly #host: string;
  readonly #lookup: Lookup;
  readonly #clock: Clock;
  readonly #onChange: (addresses: ReadonlySet<string>) => void;
  #addresses: readonly Address[] = [];
  #refreshAt = -Infinity;
  #pending: Promise<readonly Address[]> | null = null;

  /** `host` as in a URL: an IPv6 literal stands in brackets. */
  constructor(
    host: string,
    lookup: Lookup,
    clock: Clock,
    onChange: (addresses: ReadonlySet<string>) => void,
  ) {
    this.#host = host.startsWith("[") ? host.slice(1, -1) : host;
    this.#lookup = lookup;
    this.#clock = clock;
    this.#onChange = onChange;
    const family = net.isIP(this.#host);
    if (family === 0) return;
    this.#addresses = [{ address: this.#host, family: family === 6 ? 6 : 4 }];
    this.#refreshAt = Infinity;
  }

  /** Addresses to connect to, looked up anew when the known ones are old. Rejects only when none are known. */
  current(): Promise<readonly Address[]> {
    if (this.#clock.now() < this.#refreshAt) return Promise.resolve(this.#addresses);
    return this.#refresh();
  }

  /** Called with each call that is sent: looks the name up again in the background when it is time. */
  touch(nowMs: number): void {
    if (nowMs < this.#refreshAt || this.#pending !== null) return;
    this.#refresh().catch(() => {}); // Without addresses the next connection meets the error itself.
  }

  #refresh(): Promise<readonly Address[]> {
    this.#pending ??= this.#lookup(this.#host).then(
      (found) => this.#take(found),
      (error: unknown) => {
        this.#pending = null;
        if (this.#addresses.length === 0) throw error;
        this.#refreshAt = this.#clock.now() + refreshMs;
        return this.#addresses;
      },
    );
    return this.#pending;
  }

  #take(found: readonly Address[]): readonly Address[] {
    this.#pending = null;
    const before = new Set(this.#addresses.map((each) => each.address));
    const after = new Set(found.map((each) => each.address));
    this.#addresses = found;
    // An empty answer is asked for again with the next connection.
    this.#refreshAt = found.length === 0 ? -Infinity : this.#clock.now() + refreshMs;
    if (before.size > 0 && (before.size !== after.size || [...before].some((each) => !after.has(each)))) {
      this.#onChange(after);
    }
    return found;
  }
}

/** Families in turn, the first one's first (RFC 8305 section 4); the order within a family stays. */
export function interleave(addresses: readonly Address[]): readonly Address[] {
  const first = addresses[0]?.family;
  const own = addresses.filter((each) => each.family === first);
  const other = addresses.filter((each) => each.family !== first);
  const mixed: Address[] = [];
  for (let i = 0; i < Math.max(own.length, other.length); i++) {
    if (own[i] !== undefined) mixed.push(own[i]!);
    if (other[i] !== undefined) mixed.push(other[i]!);
  }
  return mixed;
}
