// Routing decisions without calls, for a dashboard that wants to show how routing would choose: so many a second it
// asks the selection as a call would and tells the feed, marked as a test. It sends nothing, wakes no chain, and counts
// nowhere. Owned by ServerState; started by the demo's admin routes.

import type { Clock, Timer } from "../clock.ts";
import type { Random } from "../random.ts";
import type { ChainRoute } from "../routing/chain_route.ts";
import type { Router } from "../routing/router.ts";
import { blockReference } from "../rpc/block_reference.ts";
import { methodInfo } from "../rpc/methods.ts";
import type { EventHub } from "./event_hub.ts";

export interface SamplerPlan {
  /** Decisions a second, over all chains together. */
  readonly rate: number;
  /** Weights by method. */
  readonly methods: Readonly<Record<string, number>>;
  /** null: the config's. */
  readonly strategy: string | null;
  /** null: all, evenly. */
  readonly chain: string | null;
}

export interface SamplerDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly hub: EventHub;
  /** The one in force. */
  router(): Router;
}

export class RoutingSampler implements Disposable {
  readonly #deps: SamplerDeps;
  #plan: SamplerPlan | null = null;
  #timer: Timer | null = null;
  #decisions = 0;

  constructor(deps: SamplerDeps) {
    this.#deps = deps;
  }

  /** null: it rests. */
  get plan(): SamplerPlan | null {
    return this.#plan;
  }

  /** Since it was started. */
  get decisions(): number {
    return this.#decisions;
  }

  /** In place of the plan that it has. */
  start(plan: SamplerPlan): void {
    this.stop();
    this.#plan = plan;
    this.#decisions = 0;
    this.#arm(plan);
  }

  /** False: it rested already. */
  stop(): boolean {
    this.#timer?.cancel();
    this.#timer = null;
    const ran = this.#plan !== null;
    this.#plan = null;
    return ran;
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  #arm(plan: SamplerPlan): void {
    this.#timer = this.#deps.clock.after(1000 / plan.rate, () => {
      this.#arm(plan);
      this.#decide(plan);
    });
  }

  #decide({ methods, strategy, chain }: SamplerPlan): void {
    const { random, hub, router } = this.#deps;
    const routes = router().routes.filter((route) =>
      !route.drained && (chain === null || route.chain.name === chain)
    );
    const route = routes[Math.floor(random.next() * routes.length)];
    const method = drawn(methods, random);
    if (route === undefined || method === null) return;
    const fields = decision(route, method, strategy);
    this.#decisions++;
    if (hub.listeningToCalls) hub.publish("routing", route.chain.name, fields, false);
  }
}

/** A routing event as calls make them, but that nothing was sent. */
function decision(route: ChainRoute, method: string, wanted: string | null): Record<string, unknown> {
  const info = methodInfo(method);
  const strategy = wanted ?? route.limitsOf(info, method).strategy;
  const block = blockReference(info, undefined);
  const order = route.selection.order(strategy, method, info, block, null, route.clock.now());
  const first = order.channels[0]?.candidate;
  return {
    method: info.label,
    strategy,
    provider_id: first?.provider ?? null,
    transport: first?.transport ?? null,
    duration_ms: 0,
    result: "sampled",
    failover_count: 0,
    request_id: null,
    test: true,
  };
}

function drawn(weights: Readonly<Record<string, number>>, random: Random): string | null {
  const entries = Object.entries(weights);
  let left = random.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [name, weight] of entries) {
    left -= weight;
    if (left < 0) return name;
  }
  return entries.at(-1)?.[0] ?? null;
}
