// What the tests of alerts share: rules, made-up facts, a history in memory, a receiver that answers as it is told.

import type { AlertFacts, ChainFacts, ProviderFacts } from "../../../core/alerts/facts.ts";
import type { Post, PostResult } from "../../../core/alerts/post.ts";
import type { DeadLetter, History, HistoryEvent } from "../../../core/measure/history/model.ts";
import { noHistory } from "../../../core/measure/history/no_history.ts";
import type { AlertRule, AlertTarget } from "../../../core/settings.ts";

export function rule(change: Partial<AlertRule> = {}): AlertRule {
  return {
    name: "r",
    when: "provider_down",
    above: null,
    windowMs: null,
    forMs: 0,
    chain: null,
    provider: null,
    to: ["ops"],
    repeatMs: null,
    ...change,
  };
}

export const ops: AlertTarget = {
  name: "ops",
  type: "webhook",
  url: "https://hooks.example.com/secret-path",
};

export function provider(id: string, change: Partial<ProviderFacts> = {}): ProviderFacts {
  return {
    id,
    state: "up",
    reason: null,
    drained: false,
    lagBlocks: 0,
    lagLimitBlocks: 5,
    quotaRatio: null,
    openBreakers: 0,
    attempts: () => null,
    ...change,
  };
}

export function chain(change: Partial<ChainFacts> = {}): ChainFacts {
  return {
    name: "ethereum",
    asleep: false,
    state: "good",
    providers: [provider("a"), provider("b")],
    headAgeMs: 0,
    headLookMs: 15_000,
    blockTimeMs: 12_000,
    calls: () => null,
    gaps: () => 0,
    deepestReorg: () => 0,
    ...change,
  };
}

/** Facts that a test changes as it goes. */
export class FakeFacts implements AlertFacts {
  all: readonly ChainFacts[] = [chain()];

  chains(): readonly ChainFacts[] {
    return this.all;
  }

  /** One chain, whose provider a is as said. */
  a(change: Partial<ProviderFacts>): void {
    this.all = [chain({ providers: [provider("a", change), provider("b")] })];
  }
}

/** Keeps events and dead letters. */
export class MemoryHistory implements Pick<History, "events"> {
  readonly rows: HistoryEvent[] = [];
  readonly letters = new Map<number, DeadLetter>();
  #ids = 0;

  get history(): History {
    return {
      ...noHistory,
      event: (event) => void this.rows.push(event),
      events: () => this.events(),
      addDeadLetter: (letter) => {
        const id = ++this.#ids;
        this.letters.set(id, { id, ...letter });
        return Promise.resolve(id);
      },
      deadLetters: () => Promise.resolve({ rows: [...this.letters.values()].reverse(), next: null }),
      deadLetter: (id) => Promise.resolve(this.letters.get(id) ?? null),
      updateDeadLetter: (id, change) => {
        const letter = this.letters.get(id);
        if (letter !== undefined) this.letters.set(id, { ...letter, ...change });
        return Promise.resolve(letter !== undefined);
      },
      removeDeadLetter: (id) => Promise.resolve(this.letters.delete(id)),
    };
  }

  events(): ReturnType<History["events"]> {
    return Promise.resolve({ rows: [...this.rows].reverse(), next: null });
  }
}

/** Answers with `next`, and keeps what came. */
export class FakeReceiver {
  readonly got: { readonly url: string; readonly body: Record<string, unknown> }[] = [];
  next: (body: Record<string, unknown>) => PostResult | Promise<PostResult> = () => ({ ok: true });

  readonly post: Post = async (url, text) => {
    const body = JSON.parse(text) as Record<string, unknown>;
    this.got.push({ url, body });
    return await this.next(body);
  };

  /** `firing r/ethereum/a`, … */
  get heard(): string[] {
    return this.got.map(({ body }) => `${body.status} ${body.key}`);
  }
}

export function refused(error = "HTTP 500", retryAfterMs: number | null = null): PostResult {
  return { ok: false, error, again: true, retryAfterMs };
}
