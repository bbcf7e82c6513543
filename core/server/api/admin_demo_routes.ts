// Admin, in `lasso demo` alone (elsewhere 409): traffic, faults of the simulated providers, events for a look at how
// they are shown, and what the simulators counted.

import { z } from "zod";
import type { ServerState } from "../state.ts";
import { changedSchema, changedShape, done, providerAt, tag } from "./admin_shapes.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import type { DemoControls, FaultState, TrafficState } from "./demo_controls.ts";
import { faultBody, faultOf } from "./demo_faults.ts";
import { method, queryTypes } from "./query_types.ts";
import { type Route, route } from "./route.ts";
import { at } from "./shapes.ts";

const notDemo = { 409: "This is not `lasso demo`, or it can't be done as asked." } as const;
const maxRate = 500;
/** What the sampler decides about unless it is told. */
const usualMethods = { eth_call: 4, eth_blockNumber: 3, eth_getBlockByNumber: 2, eth_getLogs: 1 };

const faultSchema = z.strictObject({
  id: z.string(),
  kind: z.string(),
  chain: z.string(),
  provider: z.string().nullable(),
  since: at,
  until: at.nullable(),
  figures: z.record(z.string(), z.unknown()),
});

const trafficSchema = z.strictObject({
  workload: z.looseObject({ kind: z.literal("workload"), rate: z.number(), since: at }).nullable(),
  sampler: z.looseObject({ rate: z.number(), decisions: z.int() }).nullable(),
});

export function adminDemoRoutes(deps: ApiDeps): readonly Route[] {
  const { state, demo } = deps;
  const { chain } = queryTypes(state);
  const base = { tag, access: "admin" } as const;
  const trafficBody = z.strictObject({
    kind: z.enum(["workload", "sampler"]).default("workload").describe(
      "sampler: routing decisions without calls.",
    ),
    rate: z.number().min(0.1).max(maxRate).default(20).describe("A second, over all chains together."),
    methods: z.record(method, z.number().positive().max(1_000_000)).optional().describe(
      "Weights by method. Default: a wallet's mix.",
    ),
    transport: z.enum(["http", "ws"]).default("http").describe("How the calls come to the router."),
    strategy: z.string().min(1).max(64).optional(),
    chain: chain.optional(),
  });
  return [
    route({
      ...base,
      method: "post",
      path: "/api/admin/traffic",
      summary: "Demo: other traffic in place of what runs",
      body: trafficBody,
      data: z.strictObject({ ...changedShape, traffic: trafficSchema }),
      errors: { 404: "There is no such chain.", ...notDemo },
      example: { body: { rate: 50, methods: { eth_call: 3, eth_blockNumber: 1 }, chain: "base" } },
      handle: async ({ body }) => {
        const controls = needed(demo);
        const { kind, rate, methods, transport, strategy } = body;
        if (strategy !== undefined && state.router.plugins.registry.strategy(strategy) === undefined) {
          const known = state.router.plugins.registry.strategyIds.join(", ");
          const message = `The strategy ${JSON.stringify(strategy)} is not known.`;
          throw new ApiError(400, "unknown_strategy", message, `Known: ${known}.`);
        }
        const names = Object.keys(methods ?? usualMethods);
        const unknown = kind === "workload"
          ? names.find((one) => !controls.methods.includes(one))
          : undefined;
        if (names.length === 0 || unknown !== undefined) {
          const problem = unknown === undefined ? "names no method" : `knows no calls of ${unknown}`;
          const allowed = controls.methods.join(", ");
          const details = [{ in: "body", path: "methods", problem, allowed }];
          throw new ApiError(400, "bad_body", `methods ${problem}.`, `Known: ${allowed}.`, details);
        }
        const name = body.chain?.chain.name;
        if (kind === "sampler") {
          state.sampler.start({
            rate,
            methods: methods ?? usualMethods,
            strategy: strategy ?? null,
            chain: name ?? null,
          });
        } else {
          const begun = await controls.startTraffic({
            kind,
            rate,
            methods,
            transport,
            strategy,
            chain: name,
          });
          if (!begun.ok) throw impossible(begun.problem);
        }
        return { data: { ok: true, changed: true, traffic: trafficOf(state, controls) } };
      },
    }),
    route({
      ...base,
      method: "delete",
      path: "/api/admin/traffic",
      summary: "Demo: ends the traffic and the sampler, or one of the two",
      query: z.strictObject({ kind: z.enum(["workload", "sampler"]).optional() }),
      data: changedSchema,
      errors: notDemo,
      handle: async ({ query: { kind } }) => {
        const controls = needed(demo);
        const sampled = kind !== "workload" && state.sampler.stop();
        const sent = kind !== "sampler" && await controls.stopTraffic();
        return done(sampled || sent);
      },
    }),
    route({
      ...base,
      method: "post",
      path: "/api/admin/faults",
      summary: "Demo: breaks a simulated provider, or its chain",
      description:
        "kill, stall, stall_subscriptions, malformed, lying; latency {ms}; error_rate {share, status}; rate_limit {share, retry_after_s}; lag {blocks}; forked_head {depth}; wrong_chain_id {chain_id}; and two that are over at once: drop_sockets, reorg {depth} (of the chain, for all its providers).",
      body: faultBody(chain),
      data: z.strictObject({ ...changedShape, fault: faultSchema }),
      errors: { 404: "There is no such chain or provider.", ...notDemo },
      example: { body: { kind: "latency", chain: "ethereum", provider: "swift", ms: 400, for: "30s" } },
      handle: async ({ body }) => {
        const controls = needed(demo);
        const { chain: on, provider } = body;
        const fault = faultOf(body);
        if (provider !== undefined) providerAt(state, { chain: on, id: provider });
        const begun = await controls.beginFault(on.chain.name, provider ?? null, fault, body.for ?? null);
        if (!begun.ok) throw impossible(begun.problem);
        return { data: { ok: true, changed: true, fault: faultRow(begun.value) } };
      },
    }),
    route({
      ...base,
      method: "delete",
      path: "/api/admin/faults",
      summary: "Demo: takes faults off, one by its id, or all",
      query: z.strictObject({ id: z.string().min(1).max(64).optional() }),
      data: z.strictObject({ ...changedShape, ended: z.array(faultSchema) }),
      errors: { 404: "No fault of this id is in force.", ...notDemo },
      handle: async ({ query: { id } }) => {
        const ended = await needed(demo).endFaults(id ?? null);
        if (id !== undefined && ended.length === 0) {
          const message = `No fault ${JSON.stringify(id)} is in force.`;
          const hint = "GET /api/admin/simulators shows those that are.";
          throw new ApiError(404, "unknown_fault", message, hint);
        }
        return { data: { ok: true, changed: ended.length > 0, ended: ended.map(faultRow) } };
      },
    }),
    eventRoute(deps),
    route({
      ...base,
      method: "get",
      path: "/api/admin/simulators",
      summary: "Demo: what the simulated providers counted, their faults, and the traffic",
      data: z.strictObject({
        methods: z.array(z.string()).describe("Those that a workload can be made of."),
        traffic: trafficSchema,
        simulators: z.array(z.strictObject({
          chain: z.string(),
          provider: z.string(),
          alive: z.boolean(),
          head: z.int(),
          faults: z.array(faultSchema),
          stats: z.record(z.string(), z.unknown()),
        })),
        faults: z.array(faultSchema).describe("All that are in force."),
      }),
      errors: notDemo,
      handle: () => {
        const controls = needed(demo);
        const simulators = controls.simulators().map((one) => ({
          ...one,
          faults: one.faults.map(faultRow),
        }));
        const faults = controls.faults.map(faultRow);
        const { methods } = controls;
        return { data: { methods: [...methods], traffic: trafficOf(state, controls), simulators, faults } };
      },
    }),
  ];
}

function eventRoute({ state, demo }: ApiDeps): Route {
  return route({
    tag,
    access: "admin",
    method: "post",
    path: "/api/admin/events",
    summary: "Demo: an event on the feed that only looks like a provider's",
    description: "Marked with `test: true`; it steers neither routing nor alerts.",
    body: z.strictObject({
      type: z.enum(["cooldown_start", "healthy"]),
      chain: queryTypes(state).chain,
      provider: z.string().min(1).max(128),
    }),
    data: changedSchema,
    errors: { 404: "There is no such chain or provider.", ...notDemo },
    example: { body: { type: "cooldown_start", chain: "ethereum", provider: "shaky" } },
    handle: ({ body: { type, chain, provider } }) => {
      needed(demo);
      const { id } = providerAt(state, { chain, id: provider });
      state.deps.hub.emit(`provider.${type}`, { chain: chain.chain.name, provider: id, test: true });
      return done(true);
    },
  });
}

function needed(demo: DemoControls | undefined): DemoControls {
  if (demo !== undefined) return demo;
  const message = "Only `lasso demo` has simulated providers and traffic of its own.";
  throw new ApiError(409, "not_demo", message, "Start `lasso demo`.");
}

function impossible(problem: string): ApiError {
  return new ApiError(409, "not_possible", problem, "GET /api/admin/simulators shows what there is.");
}

function faultRow({ id, fault, chain, provider, since, until }: FaultState): z.output<typeof faultSchema> {
  const { kind, ...figures } = fault;
  return {
    id,
    kind,
    chain,
    provider,
    since: new Date(since).toISOString(),
    until: until === null ? null : new Date(until).toISOString(),
    figures,
  };
}

function trafficOf({ sampler }: ServerState, { traffic }: DemoControls): z.output<typeof trafficSchema> {
  const { plan, decisions } = sampler;
  return {
    workload: traffic === null ? null : workloadOf(traffic),
    sampler: plan === null ? null : { ...plan, decisions },
  };
}

function workloadOf(
  { plan, since, ...counts }: TrafficState,
): z.output<typeof trafficSchema>["workload"] {
  return { ...plan, since: new Date(since).toISOString(), ...counts };
}
