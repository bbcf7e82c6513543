import assert from "node:assert/strict";
import { silentLog } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import { VirtualClock } from "../../core/virtual_clock.ts";
import { startDemoWeather } from "../../battle/demo_weather.ts";
import { until } from "../support/until.ts";
import { RawSocket } from "./simulator/raw_socket.ts";
import { startProvider, stillChain } from "./simulator/support.ts";

Deno.test("startDemoWeather() makes small reorgs and drops one provider's sockets now and then", async () => {
  const chain = stillChain();
  const clock = new VirtualClock();
  await using dropping = await startProvider(chain);
  await using socket = await RawSocket.open(dropping.wsUrl);
  const depths: number[] = [];
  chain.onChange(({ removed }) => depths.push(removed.length));
  const weather = startDemoWeather({
    chains: [{ name: "ethereum", chain, dropping }],
    clock,
    random: seededRandom(2),
    log: silentLog,
  });
  await clock.advance(44_000);
  assert.deepEqual(depths, []);
  await clock.advance(10 * 60_000);
  assert.ok(depths.length >= 8 && depths.length <= 14, `${depths.length} reorgs`);
  assert.deepEqual([...new Set(depths)].sort(), [1, 2]);
  await until("the socket to be dropped", () => socket.closed === 1006);
  weather[Symbol.dispose]();
  assert.equal(clock.pending, 0);
});
