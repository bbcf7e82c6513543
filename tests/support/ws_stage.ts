// A LassoServer over scripted upstreams with one WebSocket client at it. Disposing it asserts that nothing of the
// client stays: no socket, no call.

import assert from "node:assert/strict";
import { TestLasso, type TestLassoOptions } from "./test_lasso.ts";
import { WsClient } from "./ws_client.ts";

export interface WsStage extends AsyncDisposable {
  readonly lasso: TestLasso;
  readonly client: WsClient;
  /** Calls that the server may have under way at the end; none unless the test says so. */
  callsLeft: number;
  /** Another client at the same path. */
  connect(path?: string): Promise<WsClient>;
}

export async function wsStage(options: TestLassoOptions = {}, path = "/rpc/ethereum"): Promise<WsStage> {
  const lasso = await TestLasso.start(options);
  const connect = (to = path): Promise<WsClient> =>
    WsClient.connect(`ws://127.0.0.1:${lasso.server.port}${to}`);
  const client = await connect();
  const stage: WsStage = {
    lasso,
    client,
    callsLeft: 0,
    connect,
    async [Symbol.asyncDispose](): Promise<void> {
      await client[Symbol.asyncDispose]();
      await lasso.until(() => lasso.server.state.websockets() === 0);
      await lasso[Symbol.asyncDispose]();
      assert.equal(lasso.server.state.inFlight, stage.callsLeft);
    },
  };
  return stage;
}

/** A request as text. `more`: further members, each with a comma before it. */
export function callText(id: number | string, method = "eth_getCode", params = "[]", more = ""): string {
  return `{"jsonrpc":"2.0","id":${id},"method":"${method}","params":${params}${more}}`;
}
