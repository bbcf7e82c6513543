// Starts the history worker from whatever this program runs as. From the sources it has a file of its own. The bundle
// and the compiled executable are one file, which is started again in the worker; main.ts finds itself there by name.

const name = "lasso-history";

/** True in the worker itself: its program is history_worker.ts, whatever file was started. */
export function isHistoryWorker(): boolean {
  return Reflect.get(globalThis, "name") === name && Reflect.has(globalThis, "DedicatedWorkerGlobalScope");
}

export function startHistoryWorker(): Worker {
  const own = import.meta.url;
  const program = own.endsWith("/core/measure/history/start_worker.ts")
    ? new URL("./history_worker.ts", own).href
    : own;
  return new Worker(program, { type: "module", name });
}
