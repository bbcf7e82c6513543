// A process of the run that is driven by JSON lines: a request per line on its stdin, a reply per line on its stdout,
// events in between. The other end is part_entry.ts. When it dies, everything that is asked of it fails with what it
// said on stderr.

import type { Clock } from "../../core/clock.ts";
import { LassoError, messageOf } from "../../core/errors.ts";
import { Child, endText } from "./child.ts";
import type { ProgramCommand } from "./program.ts";

/** Run → part. */
export interface PartRequest {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

/** Part → run. `piece`: one of several values of the same reply, before its `value`. */
export type PartLine =
  | { readonly id: number; readonly piece: unknown }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string }
  | { readonly event: string; readonly data: unknown };

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
  readonly onPiece: (piece: unknown) => void;
}

export interface PartOptions {
  readonly name: string;
  readonly command: ProgramCommand;
  readonly clock: Clock;
  readonly onEvent?: (event: string, data: unknown) => void;
}

export class Part implements AsyncDisposable {
  readonly child: Child;
  readonly #asked = new Map<number, Asked>();
  readonly #onEvent: (event: string, data: unknown) => void;
  #lastId = 0;

  constructor({ name, command, clock, onEvent = () => {} }: PartOptions) {
    this.#onEvent = onEvent;
    this.child = new Child({
      name,
      command,
      clock,
      endsWithStdin: true,
      onLine: (line) => this.#hear(line),
    });
    void this.child.ended.then(() => this.#failAll());
  }

  /** Gives the reply; `onPiece` hears what comes before it, in order. LassoError `internal` when it fails or dies. */
  ask<T>(name: string, args: unknown = null, onPiece: (piece: unknown) => void = () => {}): Promise<T> {
    const id = ++this.#lastId;
    return new Promise<T>((resolve, reject) => {
      if (this.child.end !== null) return reject(this.#death());
      this.#asked.set(id, { resolve: resolve as (value: unknown) => void, reject, onPiece });
      this.child.write(JSON.stringify({ id, name, args } satisfies PartRequest));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.child.stop();
  }

  #hear(line: string): void {
    let said: PartLine;
    try {
      said = JSON.parse(line) as PartLine;
    } catch {
      return; // Something that a library printed: it is no reply.
    }
    if ("event" in said) return this.#onEvent(said.event, said.data);
    const asked = this.#asked.get(said.id);
    if (asked === undefined) return;
    if ("piece" in said) return this.#takePiece(said.id, asked, said.piece);
    this.#asked.delete(said.id);
    if ("error" in said) asked.reject(new LassoError("internal", `${this.child.name}: ${said.error}`));
    else asked.resolve(said.value);
  }

  /** A piece that is not understood fails the request, not the process. */
  #takePiece(id: number, { onPiece, reject }: Asked, piece: unknown): void {
    try {
      onPiece(piece);
    } catch (thrown) {
      this.#asked.delete(id);
      const why = messageOf(thrown);
      reject(
        new LassoError("internal", `${this.child.name} gave what can't be read: ${why}`, { cause: thrown }),
      );
    }
  }

  #failAll(): void {
    for (const { reject } of this.#asked.values()) reject(this.#death());
    this.#asked.clear();
  }

  #death(): LassoError {
    return new LassoError("internal", endText(this.child));
  }
}
