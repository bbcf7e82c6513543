// What a command may touch of the terminal: two outputs, the environment, and whether somebody is looking. Passed
// to every command, so that tests read what it said.

import process from "node:process";

export interface CliIo {
  /** Writes to stdout as it is: callers end their lines. */
  out(text: string): void;
  /** Writes to stderr as it is: callers end their lines. */
  err(text: string): void;
  env(name: string): string | undefined;
  /** stderr is a terminal: progress may move. */
  readonly isTty: boolean;
  /** Colours are welcome: a terminal, and NO_COLOR is unset or empty (no-color.org). */
  readonly color: boolean;
}

export function systemIo(): CliIo {
  const encoder = new TextEncoder();
  const isTty = Deno.stderr.isTerminal();
  return {
    out: (text) => writeAll(Deno.stdout, encoder.encode(text)),
    err: (text) => writeAll(Deno.stderr, encoder.encode(text)),
    env: (name) => process.env[name],
    isTty,
    color: isTty && (process.env["NO_COLOR"] ?? "") === "",
  };
}

/** A reader that has gone (`lasso schema | head`) wants no more: that is no fault. */
export function writeAll(output: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  try {
    for (let at = 0; at < bytes.length;) at += output.writeSync(bytes.subarray(at));
  } catch (thrown) {
    if (!(thrown instanceof Deno.errors.BrokenPipe)) throw thrown;
  }
}
