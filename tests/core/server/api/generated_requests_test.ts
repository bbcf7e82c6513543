// Requests made from the description, good and bad, against a whole router with simulated providers and a history of
// its own: none may bring an answer that is not described.

import assert from "node:assert/strict";
import { join } from "node:path";
import { startDemoWorld } from "../../../../battle/demo_world.ts";
import type { RunningRouter } from "../../../../cli/start_router.ts";
import { systemClock } from "../../../../core/clock.ts";
import { silentLog } from "../../../../core/log.ts";
import { seededRandom } from "../../../../core/random.ts";
import { ApiRequests, type GeneratedRequest } from "../../../support/api_requests.ts";
import { ApiSchemas } from "../../../support/api_schemas.ts";
import { exchange, type HttpAnswer } from "../../../support/http_exchange.ts";
import { startLasso } from "../../../support/start_lasso.ts";
import { inTempDir } from "../../../support/temp_dir.ts";

const report = '{"schema_version":1,"scenario":"failover","verdict":"pass"}\n';
/** Of now: older ones are removed. */
const hour = new Date().toISOString().slice(0, 13);
const callBody = (method: string): string => `{"jsonrpc":"2.0","id":1,"method":"${method}","params":[]}`;

class Stage implements AsyncDisposable {
  readonly router: RunningRouter;
  readonly #parts: AsyncDisposableStack;

  private constructor(router: RunningRouter, parts: AsyncDisposableStack) {
    this.router = router;
    this.#parts = parts;
  }

  static async start(folder: string): Promise<Stage> {
    await using parts = new AsyncDisposableStack();
    await Deno.mkdir(join(folder, "battle", "2026-01-31-120000"), { recursive: true });
    await Deno.writeTextFile(join(folder, "battle", "2026-01-31-120000", "failover.json"), report);
    await Deno.writeTextFile(join(folder, "battle", "2026-01-31-120000", "failover.html"), "<p>report</p>");
    await Deno.mkdir(join(folder, "snapshots", "ethereum"), { recursive: true });
    await Deno.writeTextFile(
      join(folder, "snapshots", "ethereum", `${hour}.json`),
      '{"version":1}\n',
    );
    const deps = { clock: systemClock, random: seededRandom(1), log: silentLog };
    const world = parts.use(await startDemoWorld(deps));
    const yaml = `${JSON.stringify({ server: { data_dir: folder }, chains: world.chainsConfig })}\n`;
    const router = parts.use(await startLasso(yaml));
    return new Stage(router, parts.move());
  }

  request(request: GeneratedRequest | { method: string; path: string }): Promise<HttpAnswer> {
    return exchange(this.router.server.port, request);
  }

  async call(method: string): Promise<string> {
    const { port } = this.router.server;
    const headers = { "content-type": "application/json" };
    const path = "/rpc/ethereum?include_meta=headers";
    const answer = await exchange(port, { method: "POST", path, headers, body: callBody(method) });
    return answer.headers["x-lasso-request-id"] ?? "";
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts[Symbol.asyncDispose]();
  }
}

Deno.test("generated requests, good and bad, bring no answer that is not described", () =>
  inTempDir(sendAll));

async function sendAll(folder: string): Promise<void> {
  await using stage = await Stage.start(folder);
  const ids: string[] = [];
  for (const method of ["eth_blockNumber", "eth_gasPrice", "eth_chainId", "eth_nope"]) {
    ids.push(await stage.call(method));
  }
  const schemas = await ApiSchemas.of(stage);
  const requests = new ApiRequests(seededRandom(7), {
    chain: ["ethereum", "eth", "1", "base"],
    provider: ["swift", "steady", "shaky"],
    transport: ["http", "ws"],
    method: ["eth_blockNumber", "eth_gasPrice", "other"],
    id: ["swift", "steady", "shaky", "1"],
    "/api/requests/{id} id": ids,
    "/api/battles/{id} id": ["2026-01-31-120000~failover"],
    "/api/battles/{id}/report.html id": ["2026-01-31-120000~failover"],
    "/api/snapshots/{chain}/{hour} chain": ["ethereum"],
    hour: [hour],
    block: ["1", "0x2", "latest"],
    from: ["-1h", "-5m", "0", "2026-01-01T00:00:00Z"],
    since: ["-1h"],
    to: ["now"],
    strategy: ["fastest", "priority"],
    params: ["[]", '["0x1",false]'],
  });
  const served = new Map<string, number>();
  const wrong: string[] = [];
  const rounds = 12;
  for (let round = 0; round < rounds; round++) {
    for (const operation of schemas.operations) {
      for (const request of [requests.good(operation), requests.bad(operation)]) {
        const answer = await stage.request(request);
        const problem = problemOf(schemas, request, answer);
        if (problem !== null) {
          wrong.push(
            `${request.method} ${request.path.slice(0, 300)} ${
              request.body?.slice(0, 200) ?? ""
            }: ${problem}`,
          );
        }
        const name = `${operation.method} ${operation.path}`;
        if (answer.status === 200) served.set(name, (served.get(name) ?? 0) + 1);
      }
    }
  }
  assert.deepEqual(wrong, []);
  const never = schemas.operations.map(({ method, path }) => `${method} ${path}`).filter((name) =>
    !served.has(name) && name.startsWith("get ") && !name.startsWith("get /api/admin")
  );
  assert.deepEqual(never, [], "never answered with 200");
  assert.equal((await stage.request({ method: "GET", path: "/health" })).status, 200);
}

function problemOf(schemas: ApiSchemas, request: GeneratedRequest, answer: HttpAnswer): string | null {
  const { status, headers, body } = answer;
  if (!answer.complete) return "it was cut";
  const type = headers["content-type"] ?? "";
  if (status >= 500 && status !== 503) return `status ${status}: ${body}`;
  const error = type.startsWith("application/json") && status !== 200
    ? (JSON.parse(body) as { error?: { code?: unknown; message?: unknown } }).error
    : undefined;
  if (
    status !== 200 && status !== 503 && (typeof error?.code !== "string" || typeof error.message !== "string")
  ) {
    return `no error in ${status}: ${body}`;
  }
  if (status === 405) return headers.allow === undefined ? "405 without Allow" : null;
  const { method, path } = request.operation;
  const changed = request.method !== method.toUpperCase();
  // Another method than the described one, or a path that is another one: what answers is another operation.
  if (changed || error?.code === "not_found") return null;
  return schemas.problem(method, path, status, type, body);
}
