// What streams ask a chain's providers: blocks and logs, through the pipeline with its failover, over any healthy
// channel. A block or its logs that one provider does not know is asked for at the others, one by one. Answers are
// values; null means that nobody could say.

import type { ChainRoute } from "../routing/chain_route.ts";
import type { Outcome } from "../routing/outcome.ts";
import type { Run } from "../routing/run.ts";
import { type Head, readFetchedHead } from "./head.ts";
import { type LogEvent, readLogs } from "./log_event.ts";
import type { LogFilter } from "./log_filter.ts";

type Read<T> = (outcome: Outcome) => T | null;

export class ChainReader {
  readonly #route: () => ChainRoute;
  readonly #timeoutMs: () => number;
  /** Members of live heads, so that fetched ones look the same. */
  liveMembers: ReadonlySet<string> | null = null;

  readonly #alive: () => void;

  /** `alive` is called when an upstream has answered. */
  constructor(route: () => ChainRoute, timeoutMs: () => number, alive: () => void) {
    this.#route = route;
    this.#timeoutMs = timeoutMs;
    this.#alive = alive;
  }

  /** The newest block, and whose it is. */
  latest(answered: (head: Head | null, provider: string | null) => void): void {
    let from: string | null = null;
    const found = (head: Head | null): boolean => head !== null;
    this.#ask("eth_getBlockByNumber", '["latest",false]', this.#head, found, (head) => answered(head, from), (
      head,
      run,
      sure,
    ) => {
      from = run.selected?.provider.id ?? null;
      sure(head);
    });
  }

  /** The block of this height on one provider's branch (null: any provider's). */
  canonical(number: number, provider: string | null, answered: (head: Head | null) => void): void {
    const only = provider === null ? null : { provider, transport: null };
    const params = `["0x${number.toString(16)}",false]`;
    this.#route().askOwn("eth_getBlockByNumber", params, this.#timeoutMs(), only, (outcome) => {
      answered(this.#head(outcome));
    });
  }

  /** The newest block of one provider now; null when it does not say. */
  headOf(provider: string, answered: (head: Head | null) => void): void {
    const only = { provider, transport: null };
    const params = '["latest",false]';
    this.#route().askOwn("eth_getBlockByNumber", params, this.#timeoutMs(), only, (outcome) => {
      answered(this.#head(outcome));
    });
  }

  block(number: number, hash: string | null, answered: (head: Head | null) => void): void {
    const found = (head: Head | null): boolean => head !== null;
    if (hash === null) {
      this.#ask("eth_getBlockByNumber", `["0x${number.toString(16)}",false]`, this.#head, found, answered);
    } else this.#ask("eth_getBlockByHash", `["${hash}",false]`, this.#head, found, answered);
  }

  /** `expected`: the bloom says that there are some, so one provider's empty list is not believed alone. */
  logs(
    head: Head,
    filter: LogFilter,
    expected: boolean,
    answered: (logs: readonly LogEvent[] | null) => void,
  ): void {
    const more = filter.text.slice(1, -1);
    const params = `[{"blockHash":"${head.hash}"${more === "" ? "" : `,${more}`}}]`;
    let empty = 0;
    const enough = (logs: readonly LogEvent[] | null): boolean =>
      logs !== null && (logs.length > 0 || !expected || ++empty === 2);
    this.#ask("eth_getLogs", params, readLogsOf, enough, answered, (logs, run, sure) => {
      // Some nodes answer an empty list for a block that they don't know: one that shows the block is asked once more,
      // because it may have got it in between.
      if (logs === null || logs.length > 0 || run.selected === null) return sure(logs);
      const only = { provider: run.selected.provider.id, transport: null };
      const byHash = `["${head.hash}",false]`;
      this.#route().askOwn("eth_getBlockByHash", byHash, this.#timeoutMs(), only, (block) => {
        if (this.#head(block) === null) return sure(null);
        this.#route().askOwn(
          "eth_getLogs",
          params,
          this.#timeoutMs(),
          only,
          (again) => sure(readLogsOf(again)),
        );
      });
    });
  }

  readonly #head: Read<Head> = (outcome) =>
    outcome.kind === "result" ? readFetchedHead(outcome.result, this.liveMembers) : null;

  /**
   * Asks as a client would, then the providers that were not asked, until an answer is enough; else the best. `check`
   * says what an answer is worth.
   */
  #ask<T>(
    method: string,
    params: string,
    read: Read<T>,
    enough: (value: T | null) => boolean,
    answered: (value: T | null) => void,
    check: (value: T | null, run: Run, sure: (value: T | null) => void) => void = (value, _run, sure) =>
      sure(value),
  ): void {
    const route = this.#route();
    const asked = new Set<string>();
    let best: T | null = null;
    const next = (outcome: Outcome, run: Run): void => {
      if (outcome.kind === "result") this.#alive();
      for (const { provider } of run.attempts) asked.add(provider);
      check(read(outcome), run, goOn);
    };
    const goOn = (value: T | null): void => {
      if (enough(value)) return answered(value);
      best ??= value;
      const other = route.chain.providers.find(({ id, quarantined }) =>
        !asked.has(id) && quarantined === null
      );
      if (other === undefined || this.#route() !== route) return answered(best);
      asked.add(other.id);
      const only = { provider: other.id, transport: null };
      route.askOwn(method, params, this.#timeoutMs(), only, next);
    };
    route.askOwn(method, params, this.#timeoutMs(), null, next);
  }
}

function readLogsOf(outcome: Outcome): readonly LogEvent[] | null {
  return outcome.kind === "result" ? readLogs(outcome.result) : null;
}
