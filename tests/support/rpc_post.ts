// One JSON-RPC call by plain fetch, for tests: the bytes as they came, and the pieces that tests look at.

export interface RpcAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface LassoMeta {
  readonly strategy: string;
  readonly selected_provider: { readonly id: string; readonly protocol: string } | null;
  readonly selection_reason: string;
  readonly retries: number;
  readonly attempts: readonly { readonly provider: string; readonly ms: number; readonly outcome: string }[];
}

export interface RpcBody {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Record<string, unknown>;
  };
  readonly lasso_meta?: LassoMeta;
}

/** Posts `body` as it is. */
export async function post(url: string, body: string, signal: AbortSignal | null = null): Promise<RpcAnswer> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body, signal });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** One call; gives the parsed answer whatever its status. */
export async function rpc(url: string, method: string, params: readonly unknown[] = []): Promise<RpcBody> {
  const { text } = await post(url, JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  return JSON.parse(text) as RpcBody;
}

/** What stands from `"result":` or `"error":` to the answer's end, byte for byte. */
export function payloadOf(text: string): string {
  const at = text.search(/"(?:result|error)":/);
  if (at < 0) throw new Error(`No answer: ${text.slice(0, 200)}`);
  return text.slice(at).trimEnd();
}
