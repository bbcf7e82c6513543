import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { below, type Random, seededRandom } from "../../../core/random.ts";
import { chainSettings } from "../../support/fake_chain.ts";
import { requestText } from "../../support/http_exchange.ts";
import { RawClient } from "../../support/raw_client.ts";
import { node, TestLasso } from "../../support/test_lasso.ts";
import {
  clientFrame,
  type FrameOptions,
  handshakeText,
  rawWs,
  type ServerFrame,
  serverFrames,
  WsClient,
} from "../../support/ws_client.ts";
import { callText } from "../../support/ws_stage.ts";

const frames = (client: RawClient): ServerFrame[] => serverFrames(client.received);

/** The code of the close frame that comes. */
async function closeCode(client: RawClient): Promise<number> {
  await client.until((received) => serverFrames(received).some(({ opcode }) => opcode === 8));
  const { payload = "" } = frames(client).find(({ opcode }) => opcode === 8) ?? {};
  return (payload.charCodeAt(0) << 8) | payload.charCodeAt(1);
}

/** The server is well: another client is served, and nothing of the last one is left. */
async function isWell(lasso: TestLasso): Promise<void> {
  await lasso.until(() => lasso.server.state.websockets() === 0 && lasso.server.state.inFlight === 0);
  await using client = await WsClient.connect(`ws://127.0.0.1:${lasso.server.port}/rpc/eth`);
  assert.equal((await client.ask(callText(1))).result, "a");
  assert.deepEqual(lasso.logged.filter(({ level }) => level === "error"), []);
}

Deno.test("frames that break the rules are answered with the close code of RFC 6455 section 7.4", async () => {
  await using lasso = await TestLasso.start({ server: { maxBodyBytes: 64 } });
  const cases: readonly (readonly [string, string, FrameOptions, number])[] = [
    ["not masked", callText(1), { masked: false }, 1002],
    ["a reserved opcode", "x", { opcode: 3 }, 1002],
    ["a reserved control opcode", "x", { opcode: 11 }, 1002],
    ["a continuation of nothing", "x", { opcode: 0 }, 1002],
    ["a reserved bit", "x", { opcode: 0x41 }, 1002],
    ["a ping in pieces", "x", { opcode: 9, fin: false }, 1002],
    ["a ping of 126 bytes", "x".repeat(126), { opcode: 9 }, 1002],
    ["a close code of one byte", "\x03", { opcode: 8 }, 1002],
    ["a close code that may not be sent", "\x03\xee", { opcode: 8 }, 1002],
    ["text that is no UTF-8", "\xff\xfe", {}, 1007],
    ["a frame above the limit", "x", { length: 3_000_000 }, 1009],
    ["a frame of 4 GB", "x", { length: 0xffff_ffff }, 1009],
  ];
  for (const [name, payload, options, code] of cases) {
    await using client = await rawWs(lasso.server.port, "/rpc/eth");
    await client.send(clientFrame(payload, options));
    assert.equal(await closeCode(client), code, name);
    // What comes behind it is not heard.
    await client.send(clientFrame(callText(2)));
    client.socket.end();
    await client.untilEnd();
    assert.equal(frames(client).filter(({ opcode }) => opcode === 1).length, 0, name);
  }
  await isWell(lasso);
});

Deno.test("a frame may come byte by byte, or half and then never", async () => {
  await using lasso = await TestLasso.start();
  await using client = await rawWs(lasso.server.port, "/rpc/eth");
  for (const byte of clientFrame(callText(1))) await client.send(Uint8Array.of(byte));
  await client.until((received) => serverFrames(received).length === 1);
  const half = await rawWs(lasso.server.port, "/rpc/eth");
  await half.send(clientFrame(callText(1)).subarray(0, 20));
  await half[Symbol.asyncDispose]();
  await client[Symbol.asyncDispose]();
  await isWell(lasso);
});

Deno.test("a message in fragments is one, with pings between them", async () => {
  await using lasso = await TestLasso.start();
  await using client = await rawWs(lasso.server.port, "/rpc/eth");
  const text = callText(1);
  const parts = [...text].map((char, k) =>
    Buffer.concat([
      clientFrame(char, { opcode: k === 0 ? 1 : 0, fin: k === text.length - 1 }),
      clientFrame(`${k}`, { opcode: 9 }),
    ])
  );
  await client.send(Buffer.concat(parts));
  await client.until((received) => serverFrames(received).some(({ opcode }) => opcode === 1));
  // Of pings that came together the latest is answered (section 5.5.3).
  const pongs = frames(client).filter(({ opcode }) => opcode === 10).map(({ payload }) => Number(payload));
  assert.ok(pongs.length >= 1 && pongs.length <= text.length);
  assert.deepEqual(pongs, [...pongs].sort((a, b) => a - b));
  await client[Symbol.asyncDispose]();
  await isWell(lasso);
});

Deno.test("a flood of fragments is cut off: by their bytes with 1009, by their number with 1008", async () => {
  await using lasso = await TestLasso.start();
  for (const [size, code] of [[100_000, 1009], [1, 1008], [0, 1008]] as const) {
    await using client = await rawWs(lasso.server.port, "/rpc/eth");
    const rest = clientFrame("x".repeat(size), { opcode: 0, fin: false });
    const count = size > 1 ? 40 : 3_000;
    await client.send(Buffer.concat([
      clientFrame("x", { fin: false }),
      ...Array.from({ length: count }, () => rest),
    ]));
    assert.equal(await closeCode(client), code);
  }
  await isWell(lasso);
});

Deno.test("10,000 pings cost a pong a turn, also when nobody reads them", async () => {
  await using lasso = await TestLasso.start();
  await using reading = await rawWs(lasso.server.port, "/rpc/eth");
  const pings = Buffer.concat(
    Array.from({ length: 10_000 }, (_, k) => clientFrame(String(k), { opcode: 9 })),
  );
  await reading.send(pings);
  await reading.until((received) => serverFrames(received).at(-1)?.payload === "9999");
  assert.ok(frames(reading).every(({ opcode }) => opcode === 10));
  await using deaf = await rawWs(lasso.server.port, "/rpc/eth");
  deaf.socket.pause();
  for (let round = 0; round < 20; round++) await deaf.send(pings);
  await reading.send(clientFrame(callText(1)));
  await reading.until((received) => serverFrames(received).at(-1)?.opcode === 1);
  deaf.socket.resume();
  await deaf.until((received) => serverFrames(received).at(-1)?.payload === "9999");
  for (const client of [reading, deaf]) await client[Symbol.asyncDispose]();
  await isWell(lasso);
});

Deno.test("a close in mid-batch gives the calls up; what comes behind it is not heard", async () => {
  const hang = node("a", ({ method }) => method === "eth_call" ? { hang: true } : { result: "a" });
  await using lasso = await TestLasso.start({
    scripts: { a: hang.answer },
    chains: [chainSettings(["a"], { aliases: ["eth"] })],
  });
  await using client = await rawWs(lasso.server.port, "/rpc/eth");
  await client.send(clientFrame(`[${callText(1)},${callText(2, "eth_call")}]`));
  await lasso.until(() => lasso.upstream("a").count("eth_call") === 1);
  await client.send(
    Buffer.concat([clientFrame("\x03\xe8bye", { opcode: 8 }), clientFrame(callText(3))]),
  );
  assert.equal(await closeCode(client), 1000);
  client.socket.end();
  await client.untilEnd();
  assert.deepEqual(frames(client).map(({ opcode }) => opcode), [8]);
  await lasso.until(() => lasso.upstream("a").cancelled === 1);
  await isWell(lasso);
});

Deno.test("200 KB of calls behind the handshake in the same packet are answered, each once", async () => {
  await using lasso = await TestLasso.start();
  const padding = `["${"x".repeat(1_000)}"]`;
  const calls = Array.from({ length: 200 }, (_, id) => clientFrame(callText(id, "eth_chainId", padding)));
  const behind = Buffer.concat(calls);
  assert.ok(behind.length > 200_000);
  await using client = await rawWs(lasso.server.port, "/rpc/eth", behind);
  await client.until((received) => serverFrames(received).length >= 200);
  assert.deepEqual(frames(client).map(({ payload }) => JSON.parse(payload).id), [...calls.keys()]);
  // The same behind a call over HTTP that is still under way, while the connection reads no more.
  const slow = node("a", () => ({ result: "a", afterMs: 50 }));
  await using other = await TestLasso.start({ scripts: { a: slow.answer } });
  await using raw = await RawClient.connect(other.server.port);
  const post = requestText({ method: "POST", path: "/rpc/eth", body: callText(7) });
  await raw.send(Buffer.concat([Buffer.from(post + handshakeText("/rpc/eth")), behind]));
  await raw.until((received) => received.includes("101 Switching"));
  const from = (): string =>
    raw.received.slice(raw.received.indexOf("\r\n\r\n", raw.received.indexOf("101 ")) + 4);
  await raw.until(() => serverFrames(from()).length >= 200);
  assert.deepEqual(serverFrames(from()).map(({ payload }) => JSON.parse(payload).id), [...calls.keys()]);
});

/** Whole frames, good and bad, cut and mixed. */
function noise(random: Random): Buffer {
  const parts: Buffer[] = [];
  for (let left = 1 + below(random, 6); left > 0; left--) {
    const payload = below(random, 2) === 0 ? callText(below(random, 9)) : "x".repeat(below(random, 300));
    const odd = below(random, 4) === 0;
    const frame = clientFrame(payload, {
      opcode: odd ? below(random, 16) : 1,
      fin: below(random, 5) > 0,
      masked: below(random, 12) > 0,
      ...(below(random, 12) === 0 ? { length: below(random, 3_000_000) } : {}),
    });
    for (let flips = below(random, 8) === 0 ? below(random, 4) : 0; flips > 0; flips--) {
      const at = below(random, frame.length);
      frame[at] = (frame[at] ?? 0) ^ (1 << below(random, 8));
    }
    parts.push(below(random, 12) === 0 ? frame.subarray(0, below(random, frame.length)) : frame);
  }
  return Buffer.concat(parts);
}

Deno.test("500 sockets full of noise take nothing with them", async () => {
  await using lasso = await TestLasso.start();
  const random = seededRandom(20_240_501);
  for (let round = 0; round < 25; round++) {
    await Promise.all(Array.from({ length: 20 }, async () => {
      await using client = await rawWs(lasso.server.port, "/rpc/eth", noise(random));
      await client.send(noise(random));
      if (below(random, 2) === 0) client.socket.resetAndDestroy();
    }));
  }
  await isWell(lasso);
});
