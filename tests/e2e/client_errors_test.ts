// What viem and ethers make of each status that Lasso answers with: class, code and message, pinned for the versions in
// the import map, with their own retries off.
//
// Facts that operators should know. viem (2.55) reads the JSON-RPC error whatever the HTTP status, and drops the status:
// -32005 becomes LimitExceededRpcError, and -32000 InvalidInputRpcError, whose "Missing or invalid parameters" is not
// what Lasso meant, as is ResourceNotFoundRpcError for -32001; the message and `data` stand in its cause. ethers (6.17) looks at no body with a status but 2xx: a
// program gets SERVER_ERROR, with status and body as texts in `info`.

import assert from "node:assert/strict";
import { FetchRequest, JsonRpcProvider } from "ethers";
import { createPublicClient, http } from "viem";
import type { Reason } from "../../core/rpc/category.ts";
import { refusalError, refuse } from "../../core/rpc/refusal.ts";
import { type Anvil, anvilChainId, startAnvil } from "../support/anvil.ts";
import { FaultProxy } from "../support/fault_proxy.ts";
import { post, type RpcBody } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { makeHistory } from "./anvil_fixture.ts";

/** What a library throws, reduced to what a program can look at. */
interface Seen {
  readonly name: string;
  readonly code: unknown;
  readonly status: unknown;
  /** The JSON-RPC error's code, wherever the library keeps it. */
  readonly hidden: unknown;
}

interface Case {
  readonly title: string;
  readonly path: string;
  readonly method: string;
  readonly params: unknown[];
  readonly viem: Seen;
  readonly ethers: Seen;
}

/** viem says the same with any status. */
const inViem = (name: string, code: number): Seen => ({ name, code, status: undefined, hidden: code });
/** Of ethers, what it could not read. */
const inEthers = (status: string, code: number): Seen => ({
  name: "Error",
  code: "SERVER_ERROR",
  status,
  hidden: code,
});

function cases(contract: string): Case[] {
  const read = { method: "eth_gasPrice", params: [] };
  return [
    {
      title: "200 a node's error",
      path: "good",
      method: "eth_getBalance",
      params: ["0x12", "latest"],
      viem: { name: "InvalidParamsRpcError", code: -32602, status: undefined, hidden: -32602 },
      ethers: { name: "Error", code: "UNKNOWN_ERROR", status: undefined, hidden: -32602 },
    },
    {
      title: "200 a revert",
      path: "good",
      method: "eth_call",
      params: [{ to: contract }, "latest"],
      viem: { name: "RpcRequestError", code: 3, status: undefined, hidden: 3 },
      ethers: { name: "Error", code: "CALL_EXCEPTION", status: undefined, hidden: 3 },
    },
    {
      title: "200 a refused method",
      path: "good",
      method: "eth_sign",
      params: [contract, "0x00"],
      viem: { name: "MethodNotFoundRpcError", code: -32601, status: undefined, hidden: -32601 },
      ethers: { name: "Error", code: "UNKNOWN_ERROR", status: undefined, hidden: -32601 },
    },
    {
      title: "200 a subscription over HTTP",
      path: "good",
      method: "eth_subscribe",
      params: ["newHeads"],
      viem: { name: "MethodNotFoundRpcError", code: -32601, status: undefined, hidden: -32601 },
      ethers: { name: "Error", code: "UNKNOWN_ERROR", status: undefined, hidden: -32601 },
    },
    {
      title: "400 an unknown strategy",
      path: "nope/good",
      ...read,
      viem: inViem("InvalidRequestRpcError", -32600),
      ethers: inEthers("400 Bad Request", -32600),
    },
    {
      title: "404 an unknown chain",
      path: "nowhere",
      ...read,
      viem: inViem("InvalidParamsRpcError", -32602),
      ethers: inEthers("404 Not Found", -32602),
    },
    {
      title: "404 an unknown provider",
      path: "provider/nobody/good",
      ...read,
      viem: inViem("InvalidParamsRpcError", -32602),
      ethers: inEthers("404 Not Found", -32602),
    },
    {
      title: "413 a body that is too large",
      path: "good",
      method: "eth_call",
      params: [{ to: contract, data: `0x${"00".repeat(5000)}` }, "latest"],
      viem: inViem("InvalidRequestRpcError", -32600),
      ethers: inEthers("413 Content Too Large", -32600),
    },
    {
      title: "429 every provider is rate limited",
      path: "limited",
      ...read,
      viem: inViem("LimitExceededRpcError", -32005),
      ethers: inEthers("429 Too Many Requests", -32005),
    },
    {
      title: "503 every provider failed",
      path: "cut",
      ...read,
      viem: inViem("InvalidInputRpcError", -32000),
      ethers: inEthers("503 Service Unavailable", -32000),
    },
    {
      title: "504 no provider answered in time",
      path: "stalled",
      ...read,
      viem: inViem("InvalidInputRpcError", -32000),
      ethers: inEthers("504 Gateway Timeout", -32000),
    },
  ];
}

/** Lasso's own errors that these set-ups can't bring about; a stub answers with the very bytes that Lasso writes. */
const stubbed: readonly { reason: Reason; viem: Seen; ethers: Seen }[] = [
  {
    reason: "unauthorised",
    viem: inViem("ResourceNotFoundRpcError", -32001),
    ethers: inEthers("401 Unauthorized", -32001),
  },
  {
    reason: "overloaded",
    viem: inViem("RpcRequestError", -32008),
    ethers: inEthers("503 Service Unavailable", -32008),
  },
  {
    reason: "internal",
    viem: inViem("InternalRpcError", -32603),
    ethers: inEthers("500 Internal Server Error", -32603),
  },
];

async function seenByViem(url: string, { method, params }: Pick<Case, "method" | "params">): Promise<Seen> {
  const client = createPublicClient({ transport: http(url, { retryCount: 0, timeout: 20_000 }) });
  try {
    await client.request({ method, params } as never, { retryCount: 0 });
  } catch (thrown) {
    const error = thrown as {
      name: string;
      code?: unknown;
      status?: unknown;
      details?: string;
      cause?: unknown;
    };
    const inside = /^\{.*\}$/s.test(error.details ?? "")
      ? (JSON.parse(error.details ?? "") as { code: unknown }).code
      : (error.cause as { code?: unknown } | undefined)?.code ?? error.code;
    return { name: error.name, code: error.code, status: error.status, hidden: inside };
  }
  throw new Error("viem gave a result");
}

async function seenByEthers(url: string, { method, params }: Pick<Case, "method" | "params">): Promise<Seen> {
  const request = new FetchRequest(url);
  request.setThrottleParams({ maxAttempts: 1 });
  // Left alone, ethers tries a 429 again up to 12 times before it shows it.
  request.retryFunc = () => Promise.resolve(false);
  const client = new JsonRpcProvider(request, anvilChainId, { staticNetwork: true, batchMaxCount: 1 });
  try {
    await client.send(method, params);
  } catch (thrown) {
    const error = thrown as {
      name: string;
      code: string;
      error?: { code: unknown };
      info?: { responseStatus?: string; responseBody?: string; error?: { code: unknown } };
    };
    const body = error.info?.responseBody;
    const inside = body === undefined
      ? (error.info?.error ?? error.error)?.code
      : (JSON.parse(body) as { error: { code: unknown } }).error.code;
    return { name: error.name, code: error.code, status: error.info?.responseStatus, hidden: inside };
  } finally {
    client.destroy();
  }
  throw new Error("ethers gave a result");
}

/** The status of the HTTP answer, which viem does not show, and Retry-After. */
async function rawStatus(url: string, { method, params }: Case): Promise<[number, string | null]> {
  const { status, headers, text } = await post(
    url,
    JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  );
  const { error } = JSON.parse(text) as RpcBody;
  assert.ok(typeof error?.message === "string" && error.message !== "", text);
  return [status, headers.get("retry-after")];
}

async function withChains(run: (base: string, anvil: Anvil) => Promise<void>): Promise<void> {
  await using anvil = await startAnvil();
  await using limited = await FaultProxy.start(anvil.url);
  await using cut = await FaultProxy.start(anvil.url);
  await using stalled = await FaultProxy.start(anvil.url);
  limited.set("http429");
  cut.set("cut");
  stalled.set("stall");
  const chain = (url: string): unknown => ({
    chain_id: anvilChainId,
    timeout: "800ms",
    attempt_timeout: "400ms",
    retry: { rounds: 1 },
    health: { interval: 0, timeout: "300ms" },
    providers: [{ id: "only", url }],
  });
  await using lasso = await startLasso(JSON.stringify({
    server: { max_body: "4kb" },
    chains: {
      good: { ...(chain(anvil.url) as object), timeout: "10s", attempt_timeout: "5s" },
      limited: { ...(chain(limited.url) as object), chain_id: anvilChainId + 1 },
      cut: { ...(chain(cut.url) as object), chain_id: anvilChainId + 2 },
      stalled: { ...(chain(stalled.url) as object), chain_id: anvilChainId + 3 },
    },
  }));
  await run(`${lasso.server.url}/rpc`, anvil);
}

Deno.test("viem shows Lasso's error code behind every HTTP status, ethers only in a 200", async (t) => {
  await withChains(async (base, anvil) => {
    const { contract } = await makeHistory(anvil);
    for (const one of cases(contract)) {
      const url = `${base}/${one.path}`;
      await t.step(`status: ${one.title}`, async () => {
        const [status, retryAfter] = await rawStatus(url, one);
        assert.equal(status, Number(one.title.slice(0, 3)));
        assert.equal(retryAfter !== null, status === 429);
      });
      await t.step(`viem: ${one.title}`, async () => assert.deepEqual(await seenByViem(url, one), one.viem));
      await t.step(
        `ethers: ${one.title}`,
        async () => assert.deepEqual(await seenByEthers(url, one), one.ethers),
      );
    }
  });
});

Deno.test("viem and ethers on 401, 500 and an overloaded Lasso", async (t) => {
  let reason: Reason = "internal";
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
    const refusal = refuse(reason, "Lasso's sentence.");
    const body = `{"jsonrpc":"2.0","id":1,"error":${refusalError(refusal, "r1")}}`;
    return new Response(body, { status: refusal.status, headers: { "content-type": "application/json" } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const call = { method: "eth_gasPrice", params: [] };
  for (const one of stubbed) {
    await t.step(one.reason, async () => {
      reason = one.reason;
      assert.deepEqual(await seenByViem(url, call), one.viem);
      assert.deepEqual(await seenByEthers(url, call), one.ethers);
    });
  }
});
