// How a figure talks to a process that it started: named commands as JSON over HTTP, on a port of their own, so that
// they never mix with what is measured. The process calls `serveCommands`, the figure `command`.

import http from "node:http";

/** By name. A throw (or a rejection) is told to the one who asked. */
export type Commands = Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;

export function serveCommands(port: number, commands: Commands): http.Server {
  const server = http.createServer((request, response) => {
    const pieces: Uint8Array[] = [];
    request.on("data", (piece: Uint8Array) => pieces.push(piece));
    request.on("end", async () => {
      const reply = await answer(commands, new TextDecoder().decode(joined(pieces)));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(reply));
    });
  });
  return server.listen(port, "127.0.0.1");
}

type Reply = { readonly value: unknown } | { readonly error: string };

async function answer(commands: Commands, text: string): Promise<Reply> {
  try {
    const { name, args } = JSON.parse(text) as { name: string; args: Record<string, unknown> };
    const run = commands[name];
    if (run === undefined) throw new Error(`no command ${name}`);
    return { value: await run(args) ?? null };
  } catch (thrown) {
    return { error: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}

/** Gives what the command returned. Throws what it threw. */
export async function command<T = null>(
  port: number,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const body = JSON.stringify({ name, args });
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
  const reply = await response.json() as { value: T } | { error: string };
  if ("error" in reply) throw new Error(`${name}: ${reply.error}`);
  return reply.value;
}
