// The config changes in mid-stream, in this process and in one of its own: providers that stream are removed, others
// added, settings change, and no event is lost; a chain that is removed ends its clients' sockets.

import assert from "node:assert/strict";
import { simTokens } from "../../battle/simulator/world.ts";
import { below, seededRandom } from "../../core/random.ts";
import { lassoFromSource } from "../support/lasso_process.ts";
import { LedgerClient } from "../support/ledger_client.ts";
import { watchWithViem } from "../support/library_watchers.ts";
import { StreamStage } from "../support/stream_stage.ts";
import { until } from "../support/until.ts";

const [{ address }] = simTokens;

function streaming(stage: StreamStage): string[] {
  return stage.providers.filter(({ stats }) => stats.subscriptions.open > 0).map(({ name }) => name);
}

Deno.test("subscriptions lose nothing through reloads that remove who streams, add others and change settings", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 30, seed: 1, names: ["a", "b", "c", "d"] });
  await using raw = await stage.connect("raw");
  const heads = await raw.heads();
  await raw.logs();
  await using viem = watchWithViem(stage.wsUrl, address);
  await until("viem has subscribed", () => stage.metric("lasso_stream_clients") === 5);
  viem.acknowledged(stage.ledger);
  const random = seededRandom(1);
  for (let round = 0; round < 30; round++) {
    const gone = streaming(stage);
    const rest = stage.providers.map(({ name }) => name).filter((name) => !gone.includes(name));
    const one = gone[below(random, gone.length)];
    const next = below(random, 3) === 0 || one === undefined ? rest : [...rest, one];
    await stage.reload(stage.config(next, {
      race: { newHeads: 1 + below(random, 3), logs: 1 + below(random, 2) },
      trust_bloom: below(random, 2) === 0,
      subscriptions: { confirm_logs: below(random, 2) === 0 ? "always" : "on_switch" },
    }));
    await until("others stream", () => {
      const names = streaming(stage);
      return names.length > 0 && names.every((name) => next.includes(name));
    });
    await stage.blocks(1);
  }
  await stage.settle([raw, viem]);
  assert.deepEqual(viem.errors.map(String), []);
  assert.equal(stage.metric("lasso_stream_gaps_total"), 0);

  assert.equal(heads.entries.at(-1)?.kind, "head");
  await stage.reload(stage.config().replace('"sim"', '"other"'));
  assert.equal((await raw.socket.closed()).code, 1012);
  await until("viem hears of it", () => viem.errors.length > 0);
  assert.match(viem.errors[0]!.message, /closed/);
  assert.equal(stage.metric("lasso_streams"), 0);
});

Deno.test("lasso serve keeps subscriptions whole through changes of its file and SIGHUP, and closes those of a chain that is gone", async () => {
  await using stage = await StreamStage.start({ blockTimeMs: 50, seed: 2 });
  const folder = Deno.makeTempDirSync({ prefix: "lasso-e2e-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const file = `${folder}/lasso.yaml`;
  const config = (only?: readonly string[]): string => {
    const text = JSON.parse(stage.config(only)) as Record<string, unknown>;
    return JSON.stringify({ ...text, server: { port: 0, drain_timeout: "5s" } });
  };
  const write = (text: string): void => {
    Deno.writeTextFileSync(`${file}.new`, text);
    Deno.renameSync(`${file}.new`, file);
  };
  write(config());
  const lasso = stack.use(lassoFromSource(["serve", "--config", file]));
  const url = `${(await lasso.listening()).replace("http", "ws")}/rpc`;
  const raw = stack.use(await LedgerClient.connect("raw", `${url}/sim`, stage.ledger));
  await raw.heads();
  await raw.logs({ address });

  const version = (): number =>
    Number([...lasso.err.matchAll(/config version (\d+) is in force/g)].at(-1)?.[1] ?? 1);
  const next = async (only: readonly string[], how: "file" | "signal"): Promise<void> => {
    const before = version();
    write(config(only));
    if (how === "signal") lasso.signal("SIGHUP");
    await until("the file is in force", () => version() > before);
    await until("they stream", () => {
      const names = streaming(stage);
      return names.length > 0 && names.every((name) => only.includes(name));
    });
    await stage.blocks(3);
  };
  await next(["a"], "file");
  await next(["b", "c"], "signal");
  await next(["c"], "file");
  await stage.settle([raw]);

  const idle = stack.use(await LedgerClient.connect("idle", `${url}/sim`, stage.ledger));
  write(config().replace('"sim"', '"other"'));
  assert.equal((await raw.socket.closed()).code, 1012);
  assert.match(raw.socket.end!.reason, /sim/);
  assert.equal((await idle.socket.closed()).code, 1012);
  lasso.signal("SIGTERM");
  assert.equal(await lasso.exitCode(), 0);
});
