// Faults of answers that lie over a simulated provider: put on and taken off one by one, each for a share of messages
// and for some methods only. It draws what happens to a message; the desk, the node and the ports do it. Each fault has
// randomness of its own, so that one more of them changes nothing for the others.

import { LassoError } from "../../core/errors.ts";
import { type Random, seededRandom } from "../../core/random.ts";
import { vendorError, vendorErrors } from "../chaos/vendor_errors.ts";
import type { AnswerFault } from "../model/fault.ts";
import type { AnswerTwist, ItemTwist, MessageTwist } from "./answer_twist.ts";
import { isAmongMethods } from "./method_pattern.ts";
import { RpcFault } from "./rpc_fault.ts";
import type { RpcBody } from "./simulated_node.ts";

/** What one fault hits. */
export interface FaultReach {
  /** Of messages that hold one of the methods, 0..1. */
  readonly share: number;
  /** Names, also with a trailing `*`; null: all. */
  readonly methods: readonly string[] | null;
  /** Of the fault's own randomness. */
  readonly seed: number;
}

export type OverlayFault = AnswerFault | { readonly kind: "lying" };

interface Entry {
  readonly fault: OverlayFault;
  readonly reach: FaultReach;
  readonly random: Random;
}

/** Half a gigabyte is the longest text that there is. */
const MAX_HUGE_BYTES = 400_000_000;

export class AnswerOverlay {
  readonly #entries = new Set<Entry>();

  get empty(): boolean {
    return this.#entries.size === 0;
  }

  /** LassoError `usage` for figures that make no sense. The function that is given back takes it off again. */
  add(fault: OverlayFault, reach: FaultReach): () => void {
    const problem = answerFaultProblem(fault) ?? reachProblem(reach);
    if (problem !== null) throw new LassoError("usage", `Cannot spoil answers as ${problem}.`);
    const entry = { fault, reach, random: seededRandom(reach.seed) };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** What happens to a message; null: nothing. */
  draw(body: RpcBody | null): MessageTwist | null {
    if (this.#entries.size === 0) return null;
    let extraMs = 0;
    let page: MessageTwist["page"] = null;
    let spoil: MessageTwist["spoil"] = null;
    const items: { readonly entry: Entry; readonly twist: ItemTwist }[] = [];
    for (const entry of this.#entries) {
      const { fault, reach, random } = entry;
      if (!holdsMethod(body, reach.methods) || (reach.share < 1 && random.next() >= reach.share)) continue;
      switch (fault.kind) {
        case "brownout":
          extraMs += fault.extraMs;
          break;
        case "status":
          page ??= { status: fault.status, html: false, retryAfterS: fault.retryAfterS };
          break;
        case "html_page":
          page ??= { status: fault.status, html: true, retryAfterS: null };
          break;
        case "malformed":
        case "truncated":
          spoil ??= fault.kind;
          break;
        default:
          items.push({ entry, twist: itemTwist(fault) });
      }
    }
    if (extraMs === 0 && page === null && spoil === null && items.length === 0) return null;
    return { extraMs, page, spoil, answer: items.length === 0 ? null : answerTwist(items, body) };
  }

  /** What happens to a WebSocket's handshake: only what says nothing of methods. */
  drawHandshake(): MessageTwist["page"] {
    for (const { fault, reach, random } of this.#entries) {
      if (fault.kind !== "status" && fault.kind !== "html_page") continue;
      if (reach.methods !== null || (reach.share < 1 && random.next() >= reach.share)) continue;
      const isPage = fault.kind === "html_page";
      return { status: fault.status, html: isPage, retryAfterS: isPage ? null : fault.retryAfterS };
    }
    return null;
  }
}

function answerTwist(
  items: readonly { readonly entry: Entry; readonly twist: ItemTwist }[],
  body: RpcBody | null,
): AnswerTwist {
  const methods = methodsOf(body);
  // A batch lacks the last of the items that the fault is about.
  const missing = new Map<Entry, number>();
  for (const { entry, twist } of items) {
    if (twist.kind !== "missing" || body === null || !body.batch || body.items.length < 2) continue;
    missing.set(entry, methods.findLastIndex((method) => concerns(entry.reach.methods, method)));
  }
  return {
    of: (index) =>
      items.filter(({ entry, twist }) =>
        twist.kind === "missing"
          ? missing.get(entry) === index
          : concerns(entry.reach.methods, methods[index] ?? "")
      ).map(({ twist }) => twist),
  };
}

function itemTwist(
  fault: Exclude<
    OverlayFault,
    { readonly kind: "brownout" | "status" | "html_page" | "malformed" | "truncated" }
  >,
): ItemTwist {
  switch (fault.kind) {
    case "vendor_error": {
      const { code, message, data, status } = vendorError(fault.name)!;
      return { kind: "error", fault: new RpcFault(code, message, data), status };
    }
    case "huge_result":
      return { kind: "huge", bytes: fault.bytes };
    case "null_result":
      return { kind: "null" };
    case "wrong_id":
      return { kind: "wrong_id" };
    case "partial_batch":
      return { kind: "missing" };
    case "lying":
      return { kind: "lie" };
  }
}

function methodsOf(body: RpcBody | null): readonly string[] {
  return (body?.items ?? []).map((item) => {
    const method = (item as { readonly method?: unknown } | null)?.method;
    return typeof method === "string" ? method : "";
  });
}

function concerns(patterns: readonly string[] | null, method: string): boolean {
  return patterns === null || isAmongMethods(method, patterns);
}

function holdsMethod(body: RpcBody | null, patterns: readonly string[] | null): boolean {
  return patterns === null || methodsOf(body).some((method) => isAmongMethods(method, patterns));
}

/** Says what is wrong with a fault, or null. */
function answerFaultProblem(fault: OverlayFault): string | null {
  switch (fault.kind) {
    case "status":
    case "html_page":
      if (!(Number.isInteger(fault.status) && fault.status >= 200 && fault.status <= 599)) {
        return `status of ${fault.kind} must be a whole number from 200 to 599: it is ${fault.status}`;
      }
      return fault.kind === "status" && fault.retryAfterS !== null && !(fault.retryAfterS >= 0)
        ? `retryAfterS must be 0 or more, or null: it is ${fault.retryAfterS}`
        : null;
    case "vendor_error":
      return vendorError(fault.name) === null
        ? `vendor_error must name one of ${Object.keys(vendorErrors).join(", ")}: it names ${fault.name}`
        : null;
    case "huge_result":
      return Number.isInteger(fault.bytes) && fault.bytes >= 2 && fault.bytes <= MAX_HUGE_BYTES
        ? null
        : `bytes of huge_result must be a whole number from 2 to ${MAX_HUGE_BYTES}: it is ${fault.bytes}`;
    case "brownout":
      return Number.isFinite(fault.extraMs) && fault.extraMs >= 0
        ? null
        : `extraMs of brownout must be a finite number of 0 or more: it is ${fault.extraMs}`;
    default:
      return null;
  }
}

function reachProblem({ share }: FaultReach): string | null {
  return share >= 0 && share <= 1 ? null : `share must be 0 to 1: it is ${share}`;
}
