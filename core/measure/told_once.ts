// A call that is made each second and must not take its caller down: what it throws is caught and told when it begins
// to fail, not each second. The fault boundary of what Collector asks and tells.

import type { Log } from "../log.ts";
import { silentLog } from "../log.ts";
import { guardCall } from "../supervise.ts";

export class ToldOnce {
  readonly #name: string;
  readonly #log: Log;
  #failing = false;

  /** `name`: for the log, as in `guardCall`. */
  constructor(name: string, log: Log) {
    this.#name = name;
    this.#log = log;
  }

  call(work: () => void): void {
    this.#failing = guardCall(this.#name, this.#failing ? silentLog : this.#log, () => {
      work();
      return false;
    }) ?? true;
  }
}
