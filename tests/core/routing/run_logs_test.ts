import assert from "node:assert/strict";
import { hex } from "../../support/fake_chain.ts";
import { answers, fakeRouter, type NodeScript, type Scripted } from "../../support/fake_router.ts";

/** One log a block, spelt oddly, so that a changed byte shows. */
function log(block: number): string {
  return `{"blockNumber" : "${hex(block)}","logIndex":"0x0", "data":"ü${block}"}`;
}

interface Limits {
  readonly maxBlocks: number;
  readonly say: (blocks: number, from: number) => string;
}

/** A node that answers ranges up to a limit, and errors beyond it. */
function logsNode(limits: Limits | null, head = 100): NodeScript {
  return (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    const { fromBlock, toBlock } = call.params[0] as { fromBlock?: string; toBlock?: string };
    const block = (spelt: string | undefined): number =>
      spelt === undefined || spelt === "latest" ? head : Number(spelt);
    const [from, to] = [block(fromBlock), block(toBlock)];
    if (limits !== null && to - from + 1 > limits.maxBlocks) {
      return { error: { code: -32602, message: limits.say(limits.maxBlocks, from) } };
    }
    const logs = Array.from({ length: to - from + 1 }, (_, k) => log(from + k));
    return { body: `{"jsonrpc":"2.0","id":${call.id},"result":[ ${logs.join(" , ")} ]}` };
  };
}

function ranges(calls: readonly { method: string; params: readonly unknown[] }[]): unknown[] {
  return calls.filter((call) => call.method === "eth_getLogs").map((call) => {
    const { fromBlock, toBlock } = call.params[0] as { fromBlock: string; toBlock?: string };
    return toBlock === undefined ? fromBlock : `${fromBlock}-${toBlock}`;
  });
}

const wanted = (from: number, to: number): unknown[] =>
  Array.from({ length: to - from + 1 }, (_, k) => JSON.parse(log(from + k)));

function parsed(result: string): unknown {
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(result, (c) => c.charCodeAt(0))));
}

const params = '[{"address":"0xAbC","fromBlock":"0x1","toBlock":"0x1e"}]';

Deno.test("Run logs: a range above every known limit is split before it is sent", async () => {
  const limits = { maxBlocks: 10, say: () => "block range is too wide" };
  await using lasso = await fakeRouter({
    nodes: { a: logsNode(limits), b: logsNode(limits) },
    providers: { a: { limits: { getLogsRange: 10 } }, b: { limits: { getLogsRange: 5 } } },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.deepEqual(parsed(call.result), wanted(1, 30));
  assert.ok(call.result.includes('{"blockNumber" : "0x2","logIndex":"0x0", "data":"Ã¼2"}'), "bytes are kept");
  assert.deepEqual(ranges(lasso.transport("a").calls), ["0x1-0xa", "0xb-0x14", "0x15-0x1e"]);
  assert.equal((lasso.transport("a").calls.at(-1)!.params[0] as { address: string }).address, "0xAbC");
  assert.equal(lasso.completed.length, 1);
  assert.deepEqual(call.attempts, ["a:ok", "a:ok", "a:ok"]);
  assert.equal(call.run?.retries, 0);
  assert.equal(call.run?.selected?.provider.id, "a");
});

Deno.test("Run logs: it is not split where one takes it whole", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: logsNode(null), b: logsNode(null) },
    providers: { b: { limits: { getLogsRange: 5 } } },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.deepEqual(ranges(lasso.transport("a").calls), ["0x1-0x1e"]);
  assert.deepEqual(parsed(call.result), wanted(1, 30));
});

Deno.test("Run logs: after a range error it is split by the limit, by the hint, or in halves", async () => {
  const ways: readonly [Limits["say"], readonly string[]][] = [
    [(blocks) => `eth_getLogs is limited to a ${blocks} range`, [
      "0x1-0x1e",
      "0x1-0xa",
      "0xb-0x14",
      "0x15-0x1e",
    ]],
    [
      (blocks, from) =>
        `query returned more than 10000 results. Try with this block range [${hex(from)}, ${
          hex(from + blocks - 1)
        }].`,
      ["0x1-0x1e", "0x1-0xa", "0xb-0x14", "0x15-0x1e"],
    ],
    [() => "too many results", ["0x1-0x1e", "0x1-0xf", "0x10-0x1e"]],
  ];
  for (const [say, sent] of ways) {
    await using lasso = await fakeRouter({ nodes: { a: logsNode({ maxBlocks: 10, say }) } });
    const call = await lasso.call("eth_getLogs", params);
    assert.deepEqual(parsed(call.result), wanted(1, 30), say(10, 1));
    assert.deepEqual(ranges(lasso.transport("a").calls).slice(0, sent.length), sent);
    assert.equal(call.attempts[0], "a:range");
    assert.equal(lasso.completed.length, 1);
  }
});

Deno.test("Run logs: the last piece keeps an open end", async () => {
  const limits = { maxBlocks: 10, say: () => "block range is too wide" };
  for (const [end, last] of [["", "0x5b"], [',"toBlock":"latest"', "0x5b-latest"]]) {
    await using lasso = await fakeRouter({
      nodes: { a: logsNode(limits) },
      providers: { a: { limits: { getLogsRange: 10 } } },
    });
    const call = await lasso.call("eth_getLogs", `[{"fromBlock":"0x51"${end}}]`);
    assert.deepEqual(parsed(call.result), wanted(81, 100));
    assert.deepEqual(ranges(lasso.transport("a").calls), ["0x51-0x5a", last]);
  }
});

Deno.test("Run logs: the failure of a piece is the answer, and ends the others", async () => {
  const node: NodeScript = (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    const { fromBlock } = call.params[0] as { fromBlock: string };
    return fromBlock === "0x1" ? { error: { code: -32602, message: "invalid argument 0" } } : { hang: true };
  };
  await using lasso = await fakeRouter({
    nodes: { a: node },
    providers: { a: { limits: { getLogsRange: 3 } } },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.equal(call.error.message, "invalid argument 0");
  assert.equal(lasso.transport("a").count("eth_getLogs"), 4);
  assert.equal(lasso.transport("a").cancelled, 3);
});

Deno.test("Run logs: pieces that are refused at once do no harm", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: logsNode(null) },
    providers: { a: { limits: { getLogsRange: 3 }, rateLimit: { count: 1, perMs: 600_000 } } },
  });
  while (lasso.channel("a").provider.budget.take());
  const call = await lasso.call("eth_getLogs", params);
  assert.equal(call.error.code, -32005);
});

Deno.test("Run logs: a piece fails over by itself", async () => {
  const limits = { maxBlocks: 10, say: () => "block range is too wide" };
  const flaky: NodeScript = (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    return (call.params[0] as { fromBlock: string }).fromBlock === "0xb"
      ? { failure: "reset" }
      : logsNode(limits)(call);
  };
  await using lasso = await fakeRouter({
    nodes: { a: flaky, b: logsNode(limits) },
    providers: { a: { limits: { getLogsRange: 10 } }, b: { limits: { getLogsRange: 10 } } },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.deepEqual(parsed(call.result), wanted(1, 30));
  assert.equal(call.run?.retries, 1);
});

Deno.test("Run logs: too many addresses are split, the pieces joined in the order of their blocks", async () => {
  const node: NodeScript = (call): Scripted => {
    if (call.method !== "eth_getLogs") return undefined;
    const { address } = call.params[0] as { address: string[] };
    if (address.length > 2) return { error: { code: -32602, message: "specify less number of address" } };
    const logs = address.flatMap((spelt) => {
      const start = Number(spelt);
      return [start, start + 10].map((block) => ({
        blockNumber: hex(block),
        logIndex: hex(start),
        address: spelt,
      }));
    });
    return { result: logs };
  };
  await using lasso = await fakeRouter({ nodes: { a: node } });
  const call = await lasso.call(
    "eth_getLogs",
    '[{"address":["0x1","0x3","0x2","0x4"],"fromBlock":"0x1","toBlock":"0x14"}]',
  );
  const blocks = (parsed(call.result) as { blockNumber: string }[]).map(({ blockNumber }) =>
    Number(blockNumber)
  );
  assert.deepEqual(blocks, [1, 2, 3, 4, 11, 12, 13, 14]);
});

Deno.test("Run logs: a null piece is an empty list, and nonsense is told", async () => {
  const node = (odd: unknown): NodeScript => (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    return { result: (call.params[0] as { fromBlock: string }).fromBlock === "0x1" ? odd : [1] };
  };
  const limit = { a: { limits: { getLogsRange: 10 } } };
  await using lasso = await fakeRouter({ nodes: { a: node(null) }, providers: limit });
  assert.equal((await lasso.call("eth_getLogs", params)).result, "[1,1]");
  await using odd = await fakeRouter({ nodes: { a: node("0x") }, providers: limit });
  assert.equal((await odd.call("eth_getLogs", params)).error.data?.reason, "malformed");
});

Deno.test("Run logs: the time of the call is the time of its pieces", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_getLogs", { hang: true }) },
    providers: { a: { limits: { getLogsRange: 10 } } },
    chain: { timeoutMs: 2_000 },
  });
  const startedAt = lasso.clock.now();
  const call = await lasso.call("eth_getLogs", params);
  assert.equal(call.status, 504);
  assert.equal(call.error.data?.reason, "timeout");
  assert.equal((call.error.data?.attempts as unknown[]).length, 3);
  assert.ok(call.doneAt! - startedAt <= 2_005);
});

Deno.test("Run logs: a long piece that stalls ends with the call, and its stream is given up", async () => {
  const stalls: NodeScript = (call) =>
    call.method === "eth_getLogs"
      ? {
        stream: {
          head: '{"jsonrpc":"2.0","id":ID,"result":[{"a":"',
          chunks: ["x".repeat(500)],
          ending: "stall",
        },
      }
      : undefined;
  await using lasso = await fakeRouter({
    nodes: { a: stalls },
    providers: { a: { limits: { getLogsRange: 20 } } },
    chain: { timeoutMs: 2_000 },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.equal(call.status, 504);
  assert.equal(lasso.transport("a").streamsCancelled, 2);
  assert.equal(lasso.completed.length, 1);
});

Deno.test("Run logs: long pieces are collected whole", async () => {
  const long: NodeScript = (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    const { fromBlock } = call.params[0] as { fromBlock: string };
    const text = `${fromBlock}ü${"x".repeat(700)}`;
    return { stream: { head: '{"jsonrpc":"2.0","id":ID,"result":[{"a":"', chunks: [text, '"}]', "}"] } };
  };
  await using lasso = await fakeRouter({
    nodes: { a: long },
    providers: { a: { limits: { getLogsRange: 20 } } },
  });
  const call = await lasso.call("eth_getLogs", params);
  assert.deepEqual(parsed(call.result), ["0x1", "0x15"].map((from) => ({ a: `${from}ü${"x".repeat(700)}` })));
  assert.equal(lasso.completed.length, 1);
});

Deno.test("Run logs: a client that leaves ends every piece", async () => {
  await using lasso = await fakeRouter({
    nodes: { a: answers("eth_getLogs", { hang: true }) },
    providers: { a: { limits: { getLogsRange: 5 } } },
  });
  const pending = lasso.start("eth_getLogs", params);
  await lasso.clock.advance(20);
  pending.run?.cancel();
  assert.equal(lasso.transport("a").cancelled, 4);
  assert.equal(lasso.transport("a").count("eth_getLogs"), 4);
  assert.equal(pending.dones, 1);
});

Deno.test("Run logs: what is no log keeps its bytes when pieces are put in order", async () => {
  const odd = '[null,5,"x",{"blockNumber":"zz","logIndex":{}},[]]';
  const node: NodeScript = (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    const { address } = call.params[0] as { address: string[] };
    if (address.length > 1) return { error: { code: -32602, message: "specify less number of address" } };
    return { body: `{"jsonrpc":"2.0","id":${call.id},"result":${odd}}` };
  };
  await using lasso = await fakeRouter({ nodes: { a: node } });
  const call = await lasso.call(
    "eth_getLogs",
    '[{"address":["0x1","0x2"],"fromBlock":"0x1","toBlock":"0x2"}]',
  );
  assert.equal((parsed(call.result) as unknown[]).length, 10);
});

Deno.test("Run logs: a provider that calls every range too wide is not asked thousands of times", async () => {
  const wide: NodeScript = (call) =>
    call.method === "eth_getLogs"
      ? { error: { code: -32000, message: "block range is too wide" }, afterMs: 5 }
      : undefined;
  await using lasso = await fakeRouter({ nodes: { a: wide } });
  const call = await lasso.call("eth_getLogs", '[{"fromBlock":"0x1","toBlock":"0x10000"}]');
  assert.equal(call.outcome?.kind, "error");
  assert.ok(lasso.transport("a").count("eth_getLogs") < 50);
  assert.ok(lasso.transport("a").peak <= 4);
});

Deno.test("Run logs: pieces of pieces are bounded together", async () => {
  const single: NodeScript = (call) => {
    if (call.method !== "eth_getLogs") return undefined;
    const { fromBlock, toBlock } = call.params[0] as { fromBlock: string; toBlock: string };
    return fromBlock === toBlock ? { result: [] } : { error: { code: -32000, message: "too many results" } };
  };
  await using lasso = await fakeRouter({ nodes: { a: single } });
  const call = await lasso.call("eth_getLogs", '[{"fromBlock":"0x1","toBlock":"0x10000"}]');
  assert.equal(call.outcome?.kind, "error");
  assert.ok(lasso.transport("a").count("eth_getLogs") <= 1_025);
});
