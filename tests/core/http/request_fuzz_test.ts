// Compares the ingress with node:http over real sockets: what node:http refuses, ours refuses; where both take a
// request, they agree on method, target and body; ours may stop earlier, but only by a rule that is listed here.
// LASSO_FUZZ_SEED and LASSO_FUZZ_CASES run other cases than the usual ones.

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import http from "node:http";
import net from "node:net";
import { setImmediate } from "node:timers";
import { seededRandom } from "../../../core/random.ts";
import { systemClock } from "../../../core/clock.ts";
import { listen } from "../../../core/server/listener.ts";
import { generateRequests } from "../../support/request_generator.ts";

const seed = Number(Deno.env.get("LASSO_FUZZ_SEED") ?? 1);
const cases = Number(Deno.env.get("LASSO_FUZZ_CASES") ?? 4000);
const lanes = 8;

/** Where ours refuses what node:http takes: each of them a place where two readers could differ. */
const stricterRules: ReadonlySet<string> = new Set([
  // Several blanks, and several empty lines before a request.
  "The request line is not method, target and version with one blank between them.",
  // A lone CR or LF before a request.
  "The request begins with a lone CR.",
  "The method holds a forbidden character.",
  "The request does not begin with a method.",
  "A line of the head ends with a lone LF.",
  // HTTP/0.9: no version.
  "The request target holds a forbidden character.",
  // SOURCE, of Icecast.
  "The method is not known.",
  // A fragment; an absolute URL without a host; `*` for other methods than OPTIONS.
  "The request target is neither a path nor an http URL.",
  // RTSP, and HTTP 0.9 and 2.0 in the form of 1.1.
  "The request line does not end with an HTTP version.",
  "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
  // node:http answers these two with 400 and 417 but reads on behind them.
  "The Host field is missing.",
  "The expectation is not supported.",
  "There are several Host fields.",
  "The Host field is no host.",
  // Codings besides chunked, empty list items.
  "The Transfer-Encoding is not supported.",
  "HTTP/1.0 has no Transfer-Encoding.",
  // An empty value.
  "A chunk extension is malformed.",
]);

interface Outcome {
  /** Method, target and body of each request that the handler got whole. */
  readonly seen: readonly string[];
  /** Nothing behind those was taken: it was refused, or the last answer closed the connection. */
  readonly ended: boolean;
  /** Why ours refused; "" where it did not, and for node:http. */
  readonly reason: string;
}

interface Subject extends AsyncDisposable {
  run(wire: string, cut: number): Promise<Outcome>;
}

function describe(method: string, target: string, body: Buffer): string {
  const reduced = target.replace(/^https?:\/\/[^/?]+/i, "");
  return `${method} ${reduced.startsWith("?") || reduced === "" ? "/" : ""}${reduced} ${
    body.toString("latin1")
  }`;
}

/**
 * Sends the bytes in two pieces, and a FIN once `read` has resolved (Deno's node:http drops a request whose FIN comes
 * with it); gives what came back, when the connection has closed.
 */
function exchange(port: number, wire: string, cut: number, read: () => Promise<void>): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let received = "";
    socket.setNoDelay(true);
    socket.on("data", (chunk: Buffer) => received += chunk.toString("latin1"));
    socket.on("error", () => {});
    socket.on("close", () => resolve(received));
    socket.on("end", () => socket.destroy());
    socket.write(Buffer.from(wire.slice(0, cut), "latin1"), () => {
      if (socket.destroyed) return;
      socket.write(Buffer.from(wire.slice(cut), "latin1"), () => read().then(() => socket.end()));
    });
  });
}

async function openOurs(): Promise<Subject> {
  let seen: string[] = [];
  let reason = "";
  const listener = await listen({
    ...{ host: "127.0.0.1", port: 0, tls: null, headerTimeoutMs: 10_000, idleTimeoutMs: 10_000 },
    ...{ maxHeadBytes: 16_384, maxBodyBytes: 2_097_152, clock: systemClock },
  }, {
    handle(request, response): void {
      seen.push(describe(request.head.method, request.head.target, request.body));
      response.send(200, "", "");
    },
    refuse(fault): { headers: string; body: string } {
      reason = fault.message;
      return { headers: "", body: "" };
    },
  });
  return {
    async run(wire, cut): Promise<Outcome> {
      seen = [];
      reason = "";
      const received = await exchange(listener.port, wire, cut, () => Promise.resolve());
      return { seen, reason, ended: reason !== "" || received.includes("connection: close\r\n") };
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

async function openNode(): Promise<Subject> {
  let seen: string[] = [];
  let refused = false;
  const server = http.createServer((request, response) => {
    const pieces: Buffer[] = [];
    const mine = seen;
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("error", () => {});
    request.on("end", () => {
      mine.push(describe(request.method ?? "", request.url ?? "", Buffer.concat(pieces)));
      response.end();
    });
  });
  server.on("clientError", (_error: Error, socket: net.Socket) => {
    refused = true;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<net.Socket>();
  server.on("connection", (socket: net.Socket) => {
    sockets.clear();
    sockets.add(socket);
  });
  /** Until the one connection has read so much, and a few turns later for the events that follow. */
  const read = async (bytes: number): Promise<void> => {
    const short = (): boolean =>
      sockets.size === 0 || [...sockets].some((s) => !s.destroyed && s.bytesRead < bytes);
    while (short()) await turn();
    for (let more = 0; more < 4; more++) await turn();
  };
  const { port } = server.address() as net.AddressInfo;
  return {
    async run(wire, cut): Promise<Outcome> {
      seen = [];
      refused = false;
      sockets.clear();
      const received = await exchange(port, wire, cut, () => read(wire.length));
      return { seen, reason: "", ended: refused || /(^|\n)HTTP\/1\.1 4/.test(received) };
    },
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** What is wrong about the pair, or null. */
function disagreement(ours: Outcome, node: Outcome): string | null {
  for (const [i, request] of ours.seen.entries()) {
    if (i >= node.seen.length) return "ours took a request that node:http did not";
    if (request !== node.seen[i]) return "the two read a request differently";
  }
  if (node.ended && !ours.ended) return "node:http refused what ours did not";
  if (ours.seen.length === node.seen.length) return null;
  if (!ours.ended) return "ours lost a request without refusing it";
  return ours.reason === "" || stricterRules.has(ours.reason) ? null : `no listed rule: ${ours.reason}`;
}

Deno.test("listen() refuses what node:http refuses, and reads the rest alike", async () => {
  const random = seededRandom(seed);
  const problems: string[] = [];
  let next = 0;
  let taken = 0;
  const lane = async (): Promise<void> => {
    await using ours = await openOurs();
    await using node = await openNode();
    while (next < cases && problems.length < 5) {
      const number = next++;
      const wire = generateRequests(random);
      const cut = Math.floor(random.next() * (wire.length + 1));
      const [our, their] = await Promise.all([ours.run(wire, cut), node.run(wire, cut)]);
      taken += our.seen.length;
      const problem = disagreement(our, their);
      if (problem === null) continue;
      problems.push(JSON.stringify({ problem, seed, number, cut, wire, ours: our, node: their }, null, 1));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  assert.deepEqual(problems.join("\n"), "");
  assert.ok(taken > cases / 3, `only ${taken} requests were taken: the generator is too wild`);
});
