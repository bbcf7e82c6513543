// The history worker's program: runs where it is loaded, which is only in a worker of that name (start_worker.ts).
// What is thrown here ends the worker; the client starts it again.

import type { Sqlite } from "./database.ts";
import { messageOf } from "../../errors.ts";
import { Keeper } from "./keeper.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

const port = globalThis as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};

// Loaded only here: it would cost every start of the program.
const loading = import("node:sqlite") as Promise<unknown> as Promise<{ readonly DatabaseSync: Sqlite }>;
let keeper: Keeper | null = null;

// Promise reactions keep the order in which messages came.
port.onmessage = ({ data }) => void loading.then(({ DatabaseSync }) => handle(data, DatabaseSync));

function handle(message: ToWorker, sqlite: Sqlite): void {
  switch (message.kind) {
    case "open":
      keeper = new Keeper(message.opening, {
        sqlite,
        notice: (notice) => port.postMessage({ kind: "notice", notice }),
      });
      port.postMessage({ kind: "done", id: 0, state: keeper.state });
      break;
    case "batch":
      keeper?.write(message.batch);
      if (keeper !== null) port.postMessage({ kind: "done", id: message.batch.id, state: keeper.state });
      break;
    case "ask":
      try {
        port.postMessage({ kind: "answer", id: message.id, answer: keeper?.answer(message) });
      } catch (thrown) {
        port.postMessage({ kind: "refused", id: message.id, why: messageOf(thrown) });
      }
      break;
    case "close":
      keeper?.[Symbol.dispose]();
      keeper = null;
      port.postMessage({ kind: "closed" });
  }
}
