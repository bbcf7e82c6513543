// Load that does not wait for answers: so many calls a second come in, however slow the answers are, as clients of the
// world do. Keeps what each call gave or threw.

export interface LoadResult<T> {
  readonly answers: readonly T[];
  readonly errors: readonly unknown[];
}

export interface OpenLoop<T> {
  /** Calls sent so far. */
  readonly sent: number;
  /** Answers so far; grows while the load runs. */
  readonly answers: readonly T[];
  /** Sends no more; resolves when every call has ended. */
  stop(): Promise<LoadResult<T>>;
}

const tickMs = 5;

/** Calls `call` `perSecond` times a second until it is stopped. */
export function startLoad<T>(perSecond: number, call: (index: number) => Promise<T>): OpenLoop<T> {
  const answers: T[] = [];
  const errors: unknown[] = [];
  const live = new Set<Promise<void>>();
  const started = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - started) * perSecond / 1000);
    for (; sent < due; sent++) {
      const one = call(sent).then(
        (answer) => void answers.push(answer),
        (thrown) => void errors.push(thrown),
      );
      live.add(one);
      one.finally(() => live.delete(one));
    }
  }, tickMs);
  return {
    get sent(): number {
      return sent;
    },
    answers,
    async stop(): Promise<LoadResult<T>> {
      clearInterval(timer);
      await Promise.all(live);
      return { answers, errors };
    },
  };
}
