// Router faults on a real process: what its clients see at the socket.

import assert from "node:assert/strict";
import { type RouterControl, routerFaults } from "../../../battle/chaos/router_faults.ts";
import type { PlannedFault } from "../../../battle/model/fault.ts";
import { until } from "../../support/until.ts";
import { connecting, WireClient } from "./support.ts";

/** Answers every chunk with its own length; listens on the port that it is given. */
const program = `
  const listener = Deno.listen({ hostname: "127.0.0.1", port: Number(Deno.args[0]) });
  console.log(listener.addr.port);
  for await (const connection of listener) {
    (async () => {
      const bytes = new Uint8Array(4096);
      for (;;) {
        const count = await connection.read(bytes);
        if (count === null) return;
        await connection.write(new TextEncoder().encode(count + "\\n"));
      }
    })().catch(() => {});
  }
`;

class EchoProcess implements RouterControl, AsyncDisposable {
  port = 0;
  #child: Deno.ChildProcess | null = null;

  async restart(): Promise<void> {
    if (this.#child !== null) return;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--allow-net", "-", String(this.port)],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#child = child;
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(program));
    await writer.close();
    let text = "";
    for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (text.includes("\n")) break;
    }
    this.port = Number(text);
  }

  stall(): void {
    this.#child?.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child?.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    child?.kill("SIGKILL");
    await child?.status;
  }

  leaveHeap(): Promise<void> {
    return Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

function planned(kind: "router_stall" | "router_kill"): PlannedFault {
  return {
    id: kind,
    fault: { kind },
    chain: null,
    provider: null,
    share: 1,
    methods: null,
    startUs: 0,
    endUs: 1,
  };
}

Deno.test("routerFaults() router_stall: connections are taken, nothing is answered until it is over", async () => {
  await using process = new EchoProcess();
  await process.restart();
  const faults = routerFaults(process, () => 0);
  using client = await WireClient.open("127.0.0.1", process.port);
  client.socket.write("abc");
  await client.until(() => client.text === "3\n");
  await faults.beginFault(0, planned("router_stall"));
  using during = await WireClient.open("127.0.0.1", process.port);
  client.socket.write("abcd");
  during.socket.write("ab");
  // A stopped process answers nothing however long one waits; another process answers in the meantime.
  await using other = new EchoProcess();
  await other.restart();
  using there = await WireClient.open("127.0.0.1", other.port);
  there.socket.write("a");
  await there.until(() => there.text === "1\n");
  assert.deepEqual([client.text, during.text], ["3\n", ""]);
  await faults.endFault(0);
  await client.until(() => client.text === "3\n4\n");
  await during.until(() => during.text === "2\n");
});

Deno.test("routerFaults() router_kill: sockets end, the port refuses, the same port answers again", async () => {
  await using process = new EchoProcess();
  await process.restart();
  const { port } = process;
  const faults = routerFaults(process, () => 0);
  using client = await WireClient.open("127.0.0.1", port);
  client.socket.write("abc");
  await client.until(() => client.text === "3\n");
  await faults.beginFault(0, planned("router_kill"));
  await client.until(() => client.state !== "open");
  assert.equal(await connecting("127.0.0.1", port), "ECONNREFUSED");
  await faults.endFault(0);
  assert.equal(process.port, port);
  using again = await until("it answers", () => WireClient.open("127.0.0.1", port));
  again.socket.write("a");
  await again.until(() => again.text === "1\n");
});
