// An upstream that lies in bytes: broken JSON, another's id, half an answer, 200 MB of it. Beside a good one no client
// hears of it, and the router holds no more of it than it may.

import assert from "node:assert/strict";
import { anvilChainId, secondAddress, startAnvil } from "../support/anvil.ts";
import { type Fault, FaultProxy, hugeBytes } from "../support/fault_proxy.ts";
import { rpc, type RpcBody } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

/** Bytes that the process may have gained: a good deal less than one of the huge answers. */
const memoryBound = 120_000_000;

interface Stage {
  readonly url: string;
  readonly bad: FaultProxy;
  readonly balance: string;
}

/** The bad one is tried first; a long-lived breaker would hide it. */
async function onStage(
  server: Readonly<Record<string, unknown>>,
  run: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using anvil = await startAnvil();
  await using bad = await FaultProxy.start(anvil.url);
  await using lasso = await startLasso(JSON.stringify({
    server,
    defaults: {
      strategy: "priority",
      timeout: "20s",
      attempt_timeout: "5s",
      breaker: false,
      health: { interval: 0 },
    },
    chains: {
      local: {
        chain_id: anvilChainId,
        providers: [{ id: "bad", url: bad.url, priority: 1 }, { id: "good", url: anvil.url, priority: 2 }],
      },
    },
  }));
  const url = `${lasso.server.url}/rpc/local?include_meta=body`;
  const balance = await anvil.rpc<string>("eth_getBalance", [secondAddress, "latest"]);
  // At first the one serves that was the first to say which chain it is; then the bad one's word is taken.
  await until("the bad one serves", async () => (await ask(url)).lasso_meta?.selected_provider?.id === "bad");
  await run({ url, bad, balance });
}

function ask(url: string): Promise<RpcBody> {
  return rpc(url, "eth_getBalance", [secondAddress, "latest"]);
}

const broken: readonly [fault: Fault, outcome: string][] = [
  ["mangle", "malformed"],
  ["wrongId", "integrity"],
  ["cutBody", "transport"],
  ["http500", "server"],
  ["cut", "transport"],
];

for (const [fault, outcome] of broken) {
  Deno.test(`Lasso answers right beside an upstream with ${JSON.stringify(fault)}, and names it ${outcome}`, async () => {
    await onStage({}, async ({ url, bad, balance }) => {
      bad.set(fault);
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
      for (const { result, error } of answers) assert.equal(result, balance, JSON.stringify(error));
      const tries = answers.flatMap(({ lasso_meta }) => lasso_meta?.attempts ?? []);
      const ofBad = new Set(tries.filter(({ provider }) => provider === "bad").map((one) => one.outcome));
      assert.deepEqual([...ofBad], [outcome]);
    });
  });
}

for (const fault of ["hangBody", "stall"] as const) {
  Deno.test(`Lasso answers right and soon beside an upstream with "${fault}"`, async () => {
    await onStage({}, async ({ url, bad, balance }) => {
      bad.set(fault);
      const started = performance.now();
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(url)));
      const ms = performance.now() - started;
      for (const { result, error } of answers) assert.equal(result, balance, JSON.stringify(error));
      // The second one is started beside the silent one long before its 5 s are over.
      assert.ok(ms < 2_500, `${ms} ms`);
    });
  });
}

Deno.test("Lasso starts the next provider beside a silent one as soon at the tenth call as at the first", async () => {
  await onStage({}, async ({ url, bad, balance }) => {
    for (let call = 0; call < 20; call++) await ask(url);
    bad.set("stall");
    for (let call = 0; call < 10; call++) {
      const started = performance.now();
      assert.equal((await ask(url)).result, balance);
      const ms = performance.now() - started;
      assert.ok(ms < 1_000, `call ${call}: ${ms} ms`);
    }
  });
});

/** How far the process's memory grew at most while `run` was under way. */
async function growth(run: () => Promise<void>): Promise<number> {
  const before = Deno.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => most = Math.max(most, Deno.memoryUsage().rss), 5);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  return most - before;
}

/** Answers up to 1 MB are taken at all, and held back whole: each of them can fail over. */
const strict = { max_response: "1mb", buffer_before_commit: "1mb" };

for (const fault of ["hugeDeclared", "hugeResult", "hugeError", "hugeNoise"] as const) {
  Deno.test(`Lasso fails over from an answer above max_response (${fault}) and holds little of it`, async () => {
    await onStage(strict, async ({ url, bad, balance }) => {
      bad.set(fault);
      const grown = await growth(async () => {
        for (let round = 0; round < 3; round++) {
          const answers = await Promise.all(Array.from({ length: 4 }, () => ask(url)));
          for (const { result, error } of answers) assert.equal(result, balance, JSON.stringify(error));
        }
      });
      assert.ok(grown < memoryBound, `${grown} bytes`);
    });
  });
}

for (const fault of ["hugeError", "hugeNoise"] as const) {
  Deno.test(`Lasso with its default limits holds little of 200 MB that are no result (${fault})`, async () => {
    await onStage({}, async ({ url, bad, balance }) => {
      bad.set(fault);
      const grown = await growth(async () => {
        const answers = await Promise.all(Array.from({ length: 4 }, () => ask(url)));
        for (const { result, error } of answers) assert.equal(result, balance, JSON.stringify(error));
      });
      assert.ok(grown < memoryBound, `${grown} bytes`);
    });
  });
}

Deno.test("Lasso streams a result of 200 MB without holding it", async () => {
  await onStage({}, async ({ url, bad }) => {
    bad.set("hugeResult");
    let bytes = 0;
    const grown = await growth(async () => {
      const response = await fetch(url.replace(/\?.*/, ""), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}',
      });
      for await (const chunk of response.body ?? []) bytes += chunk.length;
    });
    assert.ok(Math.abs(bytes - hugeBytes) < 100, `${bytes} bytes`);
    assert.ok(grown < memoryBound, `${grown} bytes`);
  });
});

Deno.test("Lasso ends a streamed answer without its final chunk when it grows above max_response", async () => {
  await onStage({ max_response: "1mb" }, async ({ url, bad, balance }) => {
    bad.set("hugeResult");
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"jsonrpc":"2.0","id":1,"method":"eth_getBalance","params":[]}',
    });
    assert.equal(response.status, 200);
    await assert.rejects(response.text());
    bad.set("good");
    assert.equal((await ask(url)).result, balance);
  });
});
