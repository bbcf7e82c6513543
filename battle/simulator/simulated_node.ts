// The JSON-RPC of one simulated node: single requests and batches in, answers out. It knows nothing of sockets,
// latency or failures. Ids come back as they came; notifications are run and not answered.

import { messageOf } from "../../core/errors.ts";
import type { SimulatedChain } from "./chain.ts";
import type { ChainView } from "./chain_view.ts";
import type { AnswerTwist, ItemTwist } from "./answer_twist.ts";
import { blockMethods } from "./block_methods.ts";
import { filterMethods } from "./filter_methods.ts";
import type { KeptFilters } from "./kept_filters.ts";
import { lieAbout } from "./lie.ts";
import { logMethods } from "./log_methods.ts";
import type { MethodContext, MethodTable, SocketSubscriptions } from "./method_context.ts";
import { isAmongMethods } from "./method_pattern.ts";
import { nodeMethods } from "./node_methods.ts";
import type { SimulatedProviderSettings } from "./provider_settings.ts";
import { RpcFault } from "./rpc_fault.ts";
import { stateMethods } from "./state_methods.ts";

const methods: ReadonlyMap<string, MethodTable[string]> = new Map(
  Object.entries({ ...nodeMethods, ...blockMethods, ...stateMethods, ...logMethods, ...filterMethods }),
);

interface RpcRequest {
  readonly jsonrpc?: unknown;
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

/** Parsed body of an HTTP request or WebSocket message: one request, or the items of a batch. */
export type RpcBody = { readonly batch: boolean; readonly items: readonly unknown[] };

/** null where the text is no JSON. */
export function parseRpcBody(text: string): RpcBody | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? { batch: true, items: value } : { batch: false, items: [value] };
  } catch {
    return null;
  }
}

/** Stands in an answer's text where a huge result's digits belong: whoever sends the text puts them there. */
export const hugeMark = "\u0001huge\u0001";

/** Nobody asks with it. */
const WRONG_ID = "987654321";

export const parseErrorAnswer = errorAnswer("null", new RpcFault(-32700, "parse error"));

export interface SimulatedNodeDeps {
  readonly chain: SimulatedChain;
  readonly settings: () => SimulatedProviderSettings;
  readonly filters: KeptFilters;
  readonly onCall: (method: string) => void;
  /** Where the node does not stand on the canonical branch. Default: the chain's. */
  readonly view?: (lagBlocks: number) => ChainView;
}

export class SimulatedNode {
  readonly #deps: SimulatedNodeDeps;

  constructor(deps: SimulatedNodeDeps) {
    this.#deps = deps;
  }

  /**
   * The answer's JSON text; null where nothing is to be answered. `subscriptions`: those of the calling socket. `twist`:
   * what goes wrong with which item; where one is `huge`, `hugeMark` stands in the text.
   */
  answer(
    body: RpcBody,
    subscriptions: SocketSubscriptions | null = null,
    twist: AnswerTwist | null = null,
  ): string | null {
    const { chain, filters, view } = this.#deps;
    const settings = this.#deps.settings();
    const context: MethodContext = {
      chain,
      filters,
      subscriptions,
      view: view === undefined ? chain.view(settings.lagBlocks) : view(settings.lagBlocks),
      limits: settings,
      clientVersion: `LassoSim/v1.0.0/${settings.name}`,
    };
    if (!body.batch) return this.#answerOne(body.items[0], context, settings, twist?.of(0) ?? noTwists);
    if (body.items.length === 0) return errorAnswer("null", new RpcFault(-32600, "empty batch"));
    const answers: string[] = [];
    body.items.forEach((item, index) => {
      const answer = this.#answerOne(item, context, settings, twist?.of(index) ?? noTwists);
      if (answer !== null) answers.push(answer);
    });
    return answers.length === 0 ? null : `[${answers.join(",")}]`;
  }

  #answerOne(
    item: unknown,
    context: MethodContext,
    settings: SimulatedProviderSettings,
    twists: readonly ItemTwist[],
  ): string | null {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      return errorAnswer("null", new RpcFault(-32600, "invalid request"));
    }
    const request = item as RpcRequest;
    const has = (kind: ItemTwist["kind"]): boolean => twists.some((twist) => twist.kind === kind);
    const id = request.id === undefined ? null : has("wrong_id") ? WRONG_ID : JSON.stringify(request.id);
    if (has("missing")) return null;
    try {
      const instead = insteadOf(twists);
      if (instead !== null) this.#deps.onCall(String(request.method));
      if (instead instanceof RpcFault) throw instead;
      const honest = instead ?? this.#run(request, context, settings);
      const result = has("lie")
        ? lieAbout(honest, String(request.method), request.params, settings.name)
        : honest;
      return id === null ? null : `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
    } catch (thrown) {
      return id === null ? null : errorAnswer(id, asFault(thrown));
    }
  }

  #run(request: RpcRequest, context: MethodContext, settings: SimulatedProviderSettings): string {
    const { method, params } = request;
    if (request.jsonrpc !== "2.0" || typeof method !== "string") {
      throw new RpcFault(-32600, "invalid request");
    }
    this.#deps.onCall(method);
    const handler = methods.get(method);
    if (handler === undefined || isAmongMethods(method, settings.denyMethods)) {
      throw new RpcFault(-32601, `the method ${method} does not exist/is not available`);
    }
    if (params !== undefined && params !== null && !Array.isArray(params)) {
      throw new RpcFault(-32602, "non-array args");
    }
    return handler(context, params ?? []);
  }
}

/** `{"jsonrpc":"2.0","id":…,"error":…}`; `id` is JSON text. */
export function errorAnswer(id: string, fault: RpcFault): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${fault.json()}}`;
}

/** What is no fault of the caller's is a defect in here: it is answered as go-ethereum answers its own panics. */
function asFault(thrown: unknown): RpcFault {
  return thrown instanceof RpcFault
    ? thrown
    : new RpcFault(-32603, `method handler crashed: ${messageOf(thrown)}`);
}

const noTwists: readonly ItemTwist[] = [];

/** What is answered instead of running the method: an error, or a result's JSON text. */
function insteadOf(twists: readonly ItemTwist[]): RpcFault | string | null {
  for (const twist of twists) {
    if (twist.kind === "error") return twist.fault;
    if (twist.kind === "null") return "null";
    if (twist.kind === "huge") return `"0x${hugeMark}"`;
  }
  return null;
}
