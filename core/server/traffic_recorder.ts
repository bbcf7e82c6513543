// Client traffic as JSON lines, for `lasso serve --record`: when, which chain, method, params, over what. No ids, no
// addresses, no headers. Params of methods that send, that are not in the method table, or that are refused may hold
// what must not leave (signed transactions that were not broadcast, passwords): they are hashed. The reader is
// battle/workload/recording.ts. Hears of calls where the request log does; nothing is there when it is off.

import type { Log } from "../log.ts";
import type { Run } from "../routing/run.ts";
import { paramsDigest } from "../rpc/params_digest.ts";

/** Of these the params are written as they came. */
const openParams: ReadonlySet<string> = new Set(["read", "filter", "local"]);

export class TrafficRecorder {
  readonly #log: Pick<Log, "line">;
  readonly #beganAt: number;
  readonly #transactions: boolean;
  #heard = 0;

  /** `beganAt`: monotonic ms that times count from. `transactions`: write all params as they came. */
  constructor(log: Pick<Log, "line">, beganAt: number, transactions: boolean) {
    this.#log = log;
    this.#beganAt = beganAt;
    this.#transactions = transactions;
  }

  /** Calls that it was told of; the log knows how many of them it dropped. */
  get heard(): number {
    return this.#heard;
  }

  completed({ request, info, env }: Run): void {
    this.#heard++;
    const { call, receivedAt, ingress } = request;
    const atUs = Math.max(0, Math.round((receivedAt - this.#beganAt) * 1_000));
    this.#log.line(
      "info",
      '{"at_us":' + atUs + ',"chain":"' + env.chain.name + '","method":' + call.methodToken +
        this.#params(call.params, openParams.has(info.replay)) + ',"transport":"' + ingress + '"}',
    );
  }

  #params(params: string | undefined, isOpen: boolean): string {
    if (params === undefined) return ',"params":[]';
    if (isOpen || this.#transactions) return ',"params":' + params.replace(lineEnds, " ");
    return ',"params_hash":"' + paramsDigest(params) + '"';
  }
}

/** JSON may stand on several lines; within strings line ends are escaped. */
const lineEnds = /[\r\n]/g;
