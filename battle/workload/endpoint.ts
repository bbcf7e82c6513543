// The URLs that a workload's calls and subscriptions go to, from the router's own URL. Metadata is asked for in the body
// (about 5 µs of the router's CPU): in headers it costs no less, a batch's is hidden, and no two heads are the same, so
// that each would have to be parsed.

export interface Endpoint {
  /** Of a chain, over HTTP. */
  readonly http: URL;
  readonly ws: URL;
}

/**
 * `base`: the router (`http://host:port`), to which the chain's path is added, or a whole endpoint of one, which is taken
 * as it is. `via`: path prefix below /rpc; null: none.
 */
export function endpointOf(base: string, chain: string, via: string | null): Endpoint {
  const http = new URL(base);
  if (http.pathname === "/") http.pathname = `/rpc/${via === null ? "" : `${via}/`}${chain}`;
  const ws = new URL(http);
  ws.protocol = http.protocol === "https:" ? "wss:" : "ws:";
  return { http, ws };
}
