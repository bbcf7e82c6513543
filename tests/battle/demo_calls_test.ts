import assert from "node:assert/strict";
import { DemoCalls, demoMethods } from "../../battle/demo_calls.ts";
import { DemoSocket } from "../../battle/demo_socket.ts";
import { seededRandom } from "../../core/random.ts";
import { startProvider, stillChain } from "./simulator/support.ts";
import { until } from "../support/until.ts";

Deno.test("DemoCalls makes calls of every method that it names, which a provider can answer", async () => {
  await using provider = await startProvider(stillChain());
  await using socket = new DemoSocket(provider.wsUrl);
  for (const method of demoMethods) {
    const calls = new DemoCalls({ [method]: 1 }, seededRandom(1));
    let call = calls.next(provider.url);
    for (let tries = 0; call.method !== method && tries < 3; tries++) {
      const { result } = await socket.call(call.method, call.params) as { readonly result: unknown };
      calls.answered(provider.url, call, result);
      call = calls.next(provider.url);
    }
    assert.equal(call.method, method);
    const answer = await socket.call(call.method, call.params);
    assert.ok("result" in (answer as object), `${method}: ${JSON.stringify(answer)}`);
  }
});

Deno.test("DemoCalls draws by weight and refuses what it does not know", () => {
  const calls = new DemoCalls({ eth_gasPrice: 1, eth_getCode: 9 }, seededRandom(1));
  let codes = 0;
  for (let k = 0; k < 1_000; k++) if (calls.next("x").method === "eth_getCode") codes++;
  assert.ok(codes > 850 && codes < 950, String(codes));
  assert.throws(
    () => new DemoCalls({ eth_sign: 1 }, seededRandom(1)),
    new RangeError(`Cannot make demo calls of eth_sign: known are ${demoMethods.join(", ")}`),
  );
});

Deno.test("DemoSocket fails what is under way when its socket is lost, and connects again with the next call", async () => {
  await using provider = await startProvider(stillChain(), { failureRate: 1, failureKinds: ["hang"] });
  await using socket = new DemoSocket(provider.wsUrl);
  const call = socket.call("eth_gasPrice", []);
  const lost = assert.rejects(call, { message: "the socket is lost" });
  await until("a message over the WebSocket", () => provider.stats.wsMessages > 0);
  provider.dropSockets();
  await lost;
  provider.set({ failureRate: 0 });
  assert.ok("result" in (await socket.call("eth_gasPrice", []) as object));
  assert.equal(provider.stats.sockets.opened, 2);
});
