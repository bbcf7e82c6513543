// Asks one provider's WebSocket what subscriptions need of it: that it connects, serves the chain, confirms a newHeads
// subscription and lets go of it. Over the transport that the router itself uses. Never retries; what went wrong comes
// back as a sentence, without secrets. Used by `lasso check --probe`.

import { type Clock, sleep } from "../core/clock.ts";
import { LassoError } from "../core/errors.ts";
import type { ReplySink, SubscriptionSink, Transport, UpstreamTarget } from "../core/plugins/transport.ts";
import type { Random } from "../core/random.ts";
import { maskText } from "../core/redact.ts";
import { wireToText } from "../core/rpc/wire.ts";
import type { ChainSettings, ProviderSettings } from "../core/settings.ts";
import { createWsTransport } from "../transports/ws.ts";
import { answerOf, quantity } from "./rpc_fetch.ts";

/** What is wrong with the provider's WebSocket; null: nothing. */
export type WsProbe = (chain: ChainSettings, provider: ProviderSettings) => Promise<string | null>;

export interface WsProbeDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** For each of the two questions. */
  readonly timeoutMs: number;
  proxyFor(url: string): string | null;
}

const maxAnswerBytes = 1024 * 1024;

export function wsProbe(deps: WsProbeDeps): WsProbe {
  return async (chain, provider) => {
    const url = provider.wsUrl;
    if (url === null) return null;
    const target: UpstreamTarget = {
      chain: chain.name,
      provider: provider.id,
      url,
      headers: provider.headers,
      tls: provider.tls,
      proxy: deps.proxyFor(url),
      connectTimeoutMs: deps.timeoutMs,
      maxConnections: 1,
      bufferBytes: maxAnswerBytes,
      maxResponseBytes: maxAnswerBytes,
    };
    let transport: ReturnType<typeof createWsTransport>;
    try {
      const { clock, random } = deps;
      transport = createWsTransport(target, { clock, random, log: () => {}, emit: () => {} });
    } catch (thrown) {
      if (thrown instanceof LassoError) return thrown.message;
      throw thrown;
    }
    try {
      const problem = await chainIdProblem(transport, 1, chain.chainId, deps) ??
        await subscribeProblem(transport, deps) ??
        // The answer comes behind the end of the subscription: that was taken, too.
        await chainIdProblem(transport, 3, chain.chainId, deps);
      return problem === null ? null : maskText(problem, [url]);
    } finally {
      await transport[Symbol.asyncDispose]();
    }
  };
}

async function chainIdProblem(
  transport: Transport,
  id: number,
  expected: number,
  deps: WsProbeDeps,
): Promise<string | null> {
  const body = `{"jsonrpc":"2.0","id":${id},"method":"eth_chainId","params":[]}`;
  const answer = await inTime("eth_chainId", deps, (settle) => {
    const sink: ReplySink = {
      onReply: (reply) => {
        const said = answerOf(reply.status, wireToText(reply.body));
        if (said.kind !== "result") return settle({ problem: `eth_chainId: ${said.message}` });
        const chainId = quantity(said.result);
        if (chainId === expected) settle({ problem: null });
        else if (chainId === null) settle({ problem: "eth_chainId was answered by no chain id" });
        else settle({ problem: `wrong chain: ${chainId} instead of ${expected}` });
      },
      onFailure: ({ message }) => settle({ problem: message }),
    };
    return transport.send({ id, method: "eth_chainId", body, fresh: false }, sink);
  });
  return answer.problem;
}

async function subscribeProblem(
  transport: Transport & Required<Pick<Transport, "subscribe">>,
  deps: WsProbeDeps,
): Promise<string | null> {
  const body = `{"jsonrpc":"2.0","id":2,"method":"eth_subscribe","params":["newHeads"]}`;
  const answer = await inTime("eth_subscribe", deps, (settle) => {
    const sink: SubscriptionSink = {
      onConfirmed: () => settle({ problem: null }),
      onRefused: (reply) => {
        const said = answerOf(reply.status, wireToText(reply.body));
        const why = said.kind === "result" ? "answered by no subscription's id" : said.message;
        settle({ problem: `eth_subscribe: ${why}` });
      },
      onEvent: () => {},
      onLost: ({ message }) => settle({ problem: message }),
    };
    return transport.subscribe({ id: 2, method: "eth_subscribe", body, fresh: false }, sink);
  });
  return answer.problem;
}

interface Answer {
  readonly problem: string | null;
}

/** The answer, or that none came in time. Whatever it is, the question is given up after it. */
async function inTime(
  method: string,
  { clock, timeoutMs }: WsProbeDeps,
  ask: (settle: (answer: Answer) => void) => { cancel(): void },
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const asked = ask(resolve);
  const enough = new AbortController();
  const late = sleep(clock, timeoutMs, enough.signal)
    .then(() => ({ problem: `${method}: no answer within ${timeoutMs} ms` }));
  try {
    return await Promise.race([promise, late]);
  } finally {
    enough.abort();
    asked.cancel();
  }
}
