// A provider's chain id and head, asked over each of its transports because an operator wants to know now. The
// answers are evidence like those of any probe.

import { z } from "zod";
import type { Channel } from "../../providers/channel.ts";
import { probe, type ProbeOutcome } from "../../providers/probe.ts";
import type { Provider } from "../../providers/provider.ts";
import { providerState } from "../../providers/provider_state.ts";
import { maskText } from "../../redact.ts";
import type { ChainRoute } from "../../routing/chain_route.ts";
import { readQuantity } from "../../rpc/json_values.ts";
import type { ServerState } from "../state.ts";
import { changedShape } from "./admin_shapes.ts";

const channelProbe = z.strictObject({
  transport: z.enum(["http", "ws"]),
  ok: z.boolean(),
  ms: z.number().nullable().describe("Of both questions together; null: it was not asked."),
  chain_id: z.int().nullable(),
  head: z.int().nullable(),
  error: z.string().nullable().describe("Why it did not answer, or what is wrong with the answer."),
});

export const probeAnswer = z.strictObject({
  ...changedShape,
  state: z.string().describe("The provider's state afterwards."),
  probes: z.array(channelProbe),
});

type ChannelProbe = z.output<typeof channelProbe>;
export type ProbeAnswer = z.output<typeof probeAnswer>;

export async function probeNow(
  { deps: { clock, hub } }: ServerState,
  { chain }: ChainRoute,
  provider: Provider,
  signal: AbortSignal,
): Promise<ProbeAnswer> {
  chain.touch();
  const [before] = providerState(provider, clock.now());
  const probes = await Promise.all(
    provider.channels.map((channel) => probeChannel(channel, chain, signal)),
  );
  for (const { chain_id, head } of probes) {
    if (chain_id === chain.settings.chainId && head !== null) chain.observeHead(provider, head, true);
  }
  chain.recheck(provider);
  const [after] = providerState(provider, clock.now());
  const ok = probes.every((one) => one.ok);
  hub.emit("provider.probed", { chain: chain.name, provider: provider.id, ok, by: "operator" });
  return { ok, changed: before !== after, state: after, probes };
}

async function probeChannel(
  channel: Channel,
  { settings, clock, log }: ChainRoute["chain"],
  signal: AbortSignal,
): Promise<ChannelProbe> {
  const { protocol: transport, provider } = channel;
  const none = { transport, ms: null, chain_id: null, head: null };
  // Asking would connect it.
  if (channel.disconnected) return { ...none, ok: false, error: "disconnected by the operator" };
  const ask = (method: string): Promise<ProbeOutcome<number>> => {
    provider.budget.take();
    const { timeoutMs } = settings.health;
    return probe({ channel, method, params: "[]", timeoutMs, clock, log, signal, read: readQuantity });
  };
  const from = clock.now();
  const id = await ask("eth_chainId");
  const head = id.ok ? await ask("eth_blockNumber") : null;
  const ms = Math.round((clock.now() - from) * 1000) / 1000;
  const chain_id = id.ok ? id.value : null;
  const failure = !id.ok ? id : head !== null && !head.ok ? head : null;
  const error = failure !== null
    ? `${failure.category}: ${maskText(failure.why, provider.secrets)}`
    : chain_id !== settings.chainId
    ? `answers chain id ${chain_id}, expected ${settings.chainId}`
    : null;
  return { transport, ok: error === null, ms, chain_id, head: head?.ok ? head.value : null, error };
}
