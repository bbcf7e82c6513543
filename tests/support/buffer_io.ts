// A CliIo that keeps what a command wrote.

import type { CliIo } from "../../cli/io.ts";

export interface BufferIo extends CliIo {
  readonly stdout: string;
  readonly stderr: string;
}

export function bufferIo(
  variables: Readonly<Record<string, string>> = {},
  terminal: { readonly isTty?: boolean; readonly color?: boolean } = {},
): BufferIo {
  let stdout = "";
  let stderr = "";
  return {
    out: (text) => {
      stdout += text;
    },
    err: (text) => {
      stderr += text;
    },
    env: (name) => variables[name],
    isTty: terminal.isTty ?? false,
    color: terminal.color ?? false,
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
  };
}
