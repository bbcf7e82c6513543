import assert from "node:assert/strict";
import type { FaultReach, OverlayFault } from "../../../battle/simulator/answer_overlay.ts";
import { systemClock } from "../../../core/clock.ts";
import { RawSocket } from "../simulator/raw_socket.ts";
import { until } from "../../support/until.ts";
import { chainIdCall, type Stage, startStage } from "./support.ts";

const all: FaultReach = { share: 1, methods: null, seed: 1 };
const good = '{"jsonrpc":"2.0","id":1,"result":"0x1"}';
const blockCall = '{"jsonrpc":"2.0","id":2,"method":"eth_blockNumber","params":[]}';

interface Heard {
  readonly status: number;
  readonly text: string;
  readonly retryAfter: string | null;
  readonly type: string | null;
}

async function ask(stage: Stage, body = chainIdCall): Promise<Heard> {
  const response = await fetch(stage.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
  const { status, headers } = response;
  return {
    status,
    retryAfter: headers.get("retry-after"),
    type: headers.get("content-type"),
    text: await response.text(),
  };
}

/** The text of the next frame after the message. */
async function askSocket(socket: RawSocket, body = chainIdCall): Promise<string> {
  const heard = new Promise<string>((resolve) => socket.ws.once("message", (data) => resolve(String(data))));
  socket.ws.send(body);
  return await heard;
}

/** A socket whose messages need not be JSON. */
async function openSocket(stage: Stage): Promise<RawSocket> {
  const socket = await RawSocket.open(stage.wsUrl);
  socket.ws.removeAllListeners("message");
  return socket;
}

interface Row {
  readonly fault: OverlayFault;
  readonly http: Heard;
  readonly ws: string;
}

const json = "application/json";
const rateText = '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"too many requests"}}';
const page = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>";
const bsc = '{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"limit exceeded"}}';
const auth = '{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Must be authenticated!"}}';

const rows: readonly Row[] = [
  {
    fault: { kind: "status", status: 429, retryAfterS: 7 },
    http: { status: 429, retryAfter: "7", type: json, text: rateText },
    ws: rateText,
  },
  {
    fault: { kind: "status", status: 503, retryAfterS: null },
    http: { status: 503, retryAfter: null, type: "text/plain", text: "Service Unavailable" },
    ws: '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error"}}',
  },
  {
    fault: { kind: "status", status: 401, retryAfterS: null },
    http: { status: 401, retryAfter: null, type: "text/plain", text: "Unauthorized" },
    ws: auth,
  },
  {
    fault: { kind: "html_page", status: 502 },
    http: { status: 502, retryAfter: null, type: "text/html", text: page },
    ws: page,
  },
  {
    fault: { kind: "vendor_error", name: "bsc_limit" },
    http: { status: 200, retryAfter: null, type: json, text: bsc },
    ws: bsc,
  },
  {
    fault: { kind: "vendor_error", name: "alchemy_auth" },
    http: { status: 401, retryAfter: null, type: json, text: auth },
    ws: auth,
  },
  {
    fault: { kind: "null_result" },
    http: { status: 200, retryAfter: null, type: json, text: good.replace('"0x1"', "null") },
    ws: good.replace('"0x1"', "null"),
  },
  {
    fault: { kind: "wrong_id" },
    http: { status: 200, retryAfter: null, type: json, text: good.replace('"id":1', '"id":987654321') },
    ws: good.replace('"id":1', '"id":987654321'),
  },
  {
    fault: { kind: "malformed" },
    http: { status: 200, retryAfter: null, type: json, text: '{"jsonrpc":"2.0","id:1,"result":"0x1"' },
    ws: '{"jsonrpc":"2.0","id:1,"result":"0x1"',
  },
  {
    fault: { kind: "truncated" },
    http: { status: 200, retryAfter: null, type: json, text: good.slice(0, good.length >> 1) },
    ws: good.slice(0, good.length >> 1),
  },
  {
    fault: { kind: "huge_result", bytes: 300_000 },
    http: {
      status: 200,
      retryAfter: null,
      type: json,
      text: good.replace("0x1", `0x${"0".repeat(299_998)}`),
    },
    ws: good.replace("0x1", `0x${"0".repeat(299_998)}`),
  },
];

for (const { fault, http, ws } of rows) {
  Deno.test(`answer fault ${JSON.stringify(fault)} over HTTP and WebSocket, until it is over`, async () => {
    await using stage = await startStage();
    await using socket = await openSocket(stage);
    const end = stage.provider.begin(fault, all);
    assert.deepEqual(await ask(stage), http);
    assert.equal(await askSocket(socket), ws);
    assert.equal(stage.provider.stats.spoiltAnswers, 2);
    end();
    assert.equal((await ask(stage)).text, good);
    assert.equal(await askSocket(socket), good);
    assert.equal(stage.provider.stats.spoiltAnswers, 2);
  });
}

Deno.test("answer fault status: WebSocket handshakes are refused with it", async () => {
  await using stage = await startStage();
  const end = stage.provider.begin({ kind: "status", status: 403, retryAfterS: null }, all);
  await assert.rejects(RawSocket.open(stage.wsUrl), /Unexpected server response: 403/);
  end();
  await using socket = await RawSocket.open(stage.wsUrl);
  assert.equal((await socket.call("eth_chainId")).result, "0x1");
});

Deno.test("answer fault partial_batch: an item is missing, single requests are whole", async () => {
  await using stage = await startStage();
  stage.provider.begin({ kind: "partial_batch" }, all);
  assert.equal((await ask(stage, `[${chainIdCall},${blockCall}]`)).text, `[${good}]`);
  assert.equal((await ask(stage)).text, good);
  await using socket = await openSocket(stage);
  assert.equal(await askSocket(socket, `[${chainIdCall},${blockCall}]`), `[${good}]`);
});

Deno.test("answer fault brownout: slow, not dead, and two add up", async () => {
  await using stage = await startStage();
  await using socket = await openSocket(stage);
  const ends = [40, 50].map((extraMs) => stage.provider.begin({ kind: "brownout", extraMs }, all));
  const timed = async (run: () => Promise<unknown>): Promise<number> => {
    const started = systemClock.now();
    await run();
    return systemClock.now() - started;
  };
  assert.ok(await timed(() => ask(stage)) >= 89);
  assert.ok(await timed(() => askSocket(socket)) >= 89);
  ends[0]!();
  const one = await timed(() => ask(stage));
  assert.ok(one >= 49, `${one} ms`);
  assert.equal(stage.provider.stats.spoiltAnswers, 0);
});

Deno.test("answer faults hit some methods only, also within a batch", async () => {
  await using stage = await startStage();
  stage.provider.begin({ kind: "null_result" }, { ...all, methods: ["eth_block*"] });
  assert.equal((await ask(stage)).text, good);
  assert.equal((await ask(stage, blockCall)).text, '{"jsonrpc":"2.0","id":2,"result":null}');
  assert.equal(
    (await ask(stage, `[${chainIdCall},${blockCall}]`)).text,
    `[${good},{"jsonrpc":"2.0","id":2,"result":null}]`,
  );
});

Deno.test("answer faults hit the given share, the same messages for the same seed", async () => {
  const outcomes = async (seed: number): Promise<string> => {
    await using stage = await startStage();
    stage.provider.begin({ kind: "null_result" }, { share: 0.3, methods: null, seed });
    let seen = "";
    for (let count = 0; count < 100; count++) seen += (await ask(stage)).text === good ? "." : "x";
    return seen;
  };
  const first = await outcomes(5);
  const hit = first.replaceAll(".", "").length;
  assert.ok(hit > 15 && hit < 45, `${hit} of 100`);
  assert.equal(await outcomes(5), first);
  assert.notEqual(await outcomes(6), first);
});

Deno.test("answer faults compose: two at once, and one goes on when the other ends", async () => {
  await using stage = await startStage();
  const { provider } = stage;
  const endId = provider.begin({ kind: "wrong_id" }, all);
  const endError = provider.begin({ kind: "vendor_error", name: "bsc_limit" }, all);
  assert.equal((await ask(stage)).text, bsc.replace('"id":1', '"id":987654321'));
  endId();
  assert.equal((await ask(stage)).text, bsc);
  endError();
  assert.equal((await ask(stage)).text, good);
});

Deno.test("a wire fault, an answer fault and a chain fault hold at once", async () => {
  await using stage = await startStage();
  const { provider, proxy } = stage;
  const endWire = await proxy.begin({ kind: "latency", ms: 50, jitterMs: 0 });
  provider.begin({ kind: "wrong_id" }, all);
  provider.begin({ kind: "lag", blocks: 6 }, all);
  const started = performance.now();
  assert.equal((await ask(stage, blockCall)).text, '{"jsonrpc":"2.0","id":987654321,"result":"0x5a"}');
  assert.ok(performance.now() - started >= 49);
  await endWire();
  assert.equal((await ask(stage, blockCall)).text, '{"jsonrpc":"2.0","id":987654321,"result":"0x5a"}');
});

Deno.test("huge_result is sent as fast as it is read, and given up with its reader", async () => {
  await using stage = await startStage();
  stage.provider.begin({ kind: "huge_result", bytes: 200_000_000 }, all);
  const before = Deno.memoryUsage().rss;
  const response = await fetch(stage.url, { method: "POST", body: chainIdCall });
  assert.equal(response.headers.get("content-length"), String(200_000_000 + good.length - 3));
  const reader = response.body!.getReader();
  await reader.read();
  assert.ok(Deno.memoryUsage().rss - before < 100_000_000);
  await reader.cancel();
  await until("it is given up", () => stage.provider.stats.inFlight === 0);
});

for (
  const [fault, text] of [
    [
      { kind: "status", status: 99, retryAfterS: null },
      "status of status must be a whole number from 200 to 599: it is 99",
    ],
    [{ kind: "brownout", extraMs: -1 }, "extraMs of brownout must be a finite number of 0 or more: it is -1"],
    [
      { kind: "huge_result", bytes: 1e12 },
      "bytes of huge_result must be a whole number from 2 to 400000000: it is 1000000000000",
    ],
  ] as const
) {
  Deno.test(`SimulatedProvider.begin() refuses ${JSON.stringify(fault)}`, async () => {
    await using stage = await startStage();
    assert.throws(() => stage.provider.begin(fault, all), { message: `Cannot spoil answers as ${text}.` });
  });
}

Deno.test("SimulatedProvider.begin() names the vendor errors that there are", async () => {
  await using stage = await startStage();
  assert.throws(
    () => stage.provider.begin({ kind: "vendor_error", name: "nobody" }, all),
    /vendor_error must name one of alchemy_compute_units, .*: it names nobody\./,
  );
});
