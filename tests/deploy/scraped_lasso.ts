// A router in this process with two providers, one of which fails, and calls that go through it: what the tests of the
// scrape and of the dashboards look at.

import type { RunningRouter } from "../../cli/start_router.ts";
import { processCpuMs, processMemory } from "../../core/measure/process_figures.ts";
import { post } from "../support/rpc_post.ts";
import { startLasso } from "../support/start_lasso.ts";
import { until } from "../support/until.ts";

/** Answers every call with 0x1; the chain's id among them. `failing`: two methods by a 500. */
class Upstream implements AsyncDisposable {
  readonly #server;

  constructor(failing: boolean) {
    const answer = async (request: Request): Promise<Response> => {
      const { id, method } = await request.json() as { id: unknown; method: string };
      if (failing && (method === "eth_gasPrice" || method === "eth_call")) {
        return new Response("down", { status: 500 });
      }
      return Response.json({ jsonrpc: "2.0", id, result: "0x1" });
    };
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, answer);
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

export class ScrapedLasso implements AsyncDisposable {
  readonly router: RunningRouter;
  readonly #upstreams: readonly Upstream[];

  private constructor(router: RunningRouter, upstreams: readonly Upstream[]) {
    this.router = router;
    this.#upstreams = upstreams;
  }

  /** Calls have been answered, some of them after a failover, when this resolves. */
  static async start(): Promise<ScrapedLasso> {
    const upstreams = [new Upstream(true), new Upstream(false)];
    const [bad, good] = upstreams.map(({ url }) => url);
    const router = await startLasso(
      `
defaults: { strategy: priority, breaker: { failure_threshold: 100000, min_requests: 100000 }, health: { interval: 1s } }
chains:
  ethereum:
    providers:
      - { id: bad, url: "${bad}", priority: 1 }
      - { id: good, url: "${good}", priority: 2, cost: { monthly_quota: 100000 } }
`,
      { wiring: { memory: processMemory, cpuMs: processCpuMs, build: { version: "1.2.3" } } },
    );
    const lasso = new ScrapedLasso(router, upstreams);
    await until("a call fails over", async () => {
      await lasso.call("eth_gasPrice");
      return lasso.text.includes("lasso_failovers_total{");
    });
    for (let k = 0; k < 20; k++) await lasso.call("eth_call");
    return lasso;
  }

  get port(): number {
    return this.router.server.port;
  }

  get text(): string {
    return this.router.meter.metrics();
  }

  async call(method: string): Promise<void> {
    await post(
      `${this.router.server.url}/rpc/ethereum`,
      `{"jsonrpc":"2.0","id":1,"method":"${method}","params":[]}`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router[Symbol.asyncDispose]();
    for (const upstream of this.#upstreams) await upstream[Symbol.asyncDispose]();
  }
}
