// The inner side of a process that is driven by JSON lines (part.ts): reads requests from stdin, answers on stdout, and
// ends when stdin does, so that it never outlives the run that started it. A Ctrl-C is the run's business.

import { createInterface } from "node:readline";
import { messageOf } from "../../core/errors.ts";
import type { PartLine, PartRequest } from "./part.ts";

export interface Replies {
  /** A piece of the reply that is under way. */
  piece(value: unknown): void;
  event(name: string, data: unknown): void;
}

/** By name. A throw or a rejection is told to the one who asked. */
export type Commands = Readonly<Record<string, (args: unknown, replies: Replies) => unknown>>;

export interface PartIo {
  readonly input: NodeJS.ReadableStream;
  write(line: string): void;
}

/** Serves until the input ends. `ping` is answered here, with the time in ms of `now`. */
export async function servePart(
  commands: Commands,
  { input, write }: PartIo,
  now: () => number,
): Promise<void> {
  const say = (line: PartLine): void => write(`${JSON.stringify(line)}\n`);
  const answer = async ({ id, name, args }: PartRequest): Promise<void> => {
    try {
      if (name === "ping") return say({ id, value: now() });
      const run = commands[name];
      if (run === undefined) throw new Error(`there is no command ${name}`);
      const replies: Replies = {
        piece: (piece) => say({ id, piece }),
        event: (event, data) => say({ event, data }),
      };
      say({ id, value: (await run(args, replies)) ?? null });
    } catch (thrown) {
      say({ id, error: messageOf(thrown) });
    }
  };
  const lines = createInterface({ input, crlfDelay: Infinity });
  lines.on("line", (line) => void answer(JSON.parse(line) as PartRequest));
  await new Promise<void>((resolve) => lines.once("close", () => resolve()));
}
