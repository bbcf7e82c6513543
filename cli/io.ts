// What a command may touch of the terminal: two outputs, the environment, and whether somebody is looking. Passed
// to every command, so that tests read what it said.

import process from "node:process";
import { LassoError, messageOf } from "../core/errors.ts";

export interface CliIo {
  /**
   * Writes to stdout as it is: callers end their lines. A reader that has gone (`| head -1`) is no error.
   * @throws LassoError `io` when it can not be written, for instance to a full disk.
   */
  out(text: string): void;
  /** Writes to stderr as it is: callers end their lines. What can not be written is lost: a router goes on serving. */
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
    out: (text) => writeOut(Deno.stdout, encoder.encode(text)),
    err: (text) => writeErr(Deno.stderr, encoder.encode(text)),
    env: (name) => process.env[name],
    isTty,
    color: isTty && (process.env["NO_COLOR"] ?? "") === "",
  };
}

export interface Output {
  writeSync(bytes: Uint8Array): number;
}

/** A reader that has gone (`lasso schema | head`) wants no more: that is no fault. What else fails is told. */
export function writeOut(output: Output, bytes: Uint8Array): void {
  try {
    writeAll(output, bytes);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.BrokenPipe) return;
    throw new LassoError("io", `stdout can't be written: ${messageOf(thrown)}`, {
      hint: "free some space, or send the output elsewhere",
      cause: thrown,
    });
  }
}

export function writeErr(output: Output, bytes: Uint8Array): void {
  try {
    writeAll(output, bytes);
  } catch {
    // There is nobody left to tell.
  }
}

function writeAll(output: Output, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += output.writeSync(bytes.subarray(at));
}
