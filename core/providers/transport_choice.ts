// Which plugin speaks which protocol to a provider: the one that the key `transport` names serves the endpoint of its
// own protocol, the other endpoint is served by the built-in plugin. Pure; called where channels are opened and compared.

import type { TransportPlugin } from "../plugins/transport.ts";
import type { ProviderSettings } from "../settings.ts";

export type Protocol = "http" | "ws";

export interface ChosenTransport {
  readonly plugin: TransportPlugin;
  readonly options: unknown;
}

/** A transport plugin by its id, which is the protocol's name for the built-in ones. */
export type TransportLookup = (id: string, wanted: Protocol) => ChosenTransport;

const httpOnly: readonly Protocol[] = ["http"];
const both: readonly Protocol[] = ["http", "ws"];

/** Of a provider's channels; HTTP first, because probes use the first. */
export function protocolsOf(settings: ProviderSettings): readonly Protocol[] {
  return settings.wsUrl === null ? httpOnly : both;
}

/** The endpoint that a channel connects to; null: it has none of that protocol. Secret. */
export function endpointOf(settings: ProviderSettings, protocol: Protocol): string | null {
  return protocol === "ws" ? settings.wsUrl : settings.url;
}

/** `named`: the id that the settings name. */
export function transportFor(named: string, protocol: Protocol, lookUp: TransportLookup): ChosenTransport {
  const chosen = lookUp(named, protocol);
  return chosen.plugin.protocol === protocol ? chosen : lookUp(protocol, protocol);
}
