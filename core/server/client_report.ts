// A client's connection as it stands, for people. The address is whole here: who shows it cuts it.

export interface ClientReport {
  readonly transport: "http" | "ws";
  readonly address: string;
  readonly secure: boolean;
  /** Of a WebSocket: its chain; null: each request says it. */
  readonly chain: string | null;
  /** Monotonic ms, to half a second. */
  readonly openedAt: number;
  /** Requests, or messages of a WebSocket, that have come. */
  readonly calls: number;
  readonly inFlight: number;
  readonly subscriptions: number;
  /** Bytes that wait for it here. */
  readonly queuedBytes: number;
}
