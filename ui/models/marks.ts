// What happened, as marks on charts, so that cause and effect line up: faults, changes of breakers, config swaps,
// deploys, alerts. Pure: from events as /api/events gives them.

import { eventText } from "./event_text.ts";
import { ofHistory, type PastEvent } from "./past_events.ts";

export type MarkKind = "fault" | "breaker" | "config" | "deploy" | "alert";

export interface Mark {
  /** Epoch ms. */
  readonly at: number;
  readonly kind: MarkKind;
  readonly text: string;
  /** null: it concerns all of them. */
  readonly chain: string | null;
  readonly provider: string | null;
}

export const markNames: Readonly<Record<MarkKind, string>> = {
  fault: "fault",
  breaker: "breaker",
  config: "config",
  deploy: "deploy",
  alert: "alert",
};

/** What causes, before what follows from it. */
export const markKinds: readonly MarkKind[] = ["fault", "deploy", "config", "breaker", "alert"];

const kinds: Readonly<Record<string, MarkKind>> = {
  chaos: "fault",
  breaker: "breaker",
  config: "config",
  mark: "deploy",
  alert: "alert",
};

/** Topics of /api/events that marks are made of. */
export const markTopics: string = Object.keys(kinds).join(",");

/** Oldest first. */
export function marksOf(events: readonly PastEvent[]): readonly Mark[] {
  return events.flatMap((event) => {
    const kind = kinds[event.topic];
    if (kind === undefined) return [];
    const { chain, provider } = event;
    return [{ at: Date.parse(event.at), kind, text: textOf(event), chain, provider }];
  }).sort((a, b) => a.at - b.at);
}

function textOf(event: PastEvent): string {
  return event.topic === "mark" ? String(event.fields["label"] ?? "mark") : eventText(ofHistory(event));
}

/** Those that a chart of this chain and provider is about; what concerns everything belongs to each chart. */
export function marksFor(
  marks: readonly Mark[],
  where: { readonly chain?: string | null | undefined; readonly provider?: string | null | undefined },
): readonly Mark[] {
  const fits = (own: string | null, wanted: string | null | undefined): boolean =>
    own === null || wanted === null || wanted === undefined || own === wanted;
  return marks.filter(({ chain, provider }) => fits(chain, where.chain) && fits(provider, where.provider));
}

export interface MarkGroup {
  readonly at: number;
  /** Its place along the axis. */
  readonly x: number;
  readonly marks: readonly [Mark, ...Mark[]];
}

/** Marks of one kind that would lie on each other (nearer than `apart`) as one. `place`: epoch ms to x. */
export function groupedMarks(
  marks: readonly Mark[],
  place: (at: number) => number,
  apart: number,
): readonly MarkGroup[] {
  const groups: { at: number; x: number; marks: [Mark, ...Mark[]] }[] = [];
  const last = new Map<MarkKind, typeof groups[number]>();
  for (const mark of marks) {
    const x = place(mark.at);
    const before = last.get(mark.kind);
    if (before !== undefined && x - before.x < apart) {
      before.marks.push(mark);
      continue;
    }
    const group: typeof groups[number] = { at: mark.at, x, marks: [mark] };
    last.set(mark.kind, group);
    groups.push(group);
  }
  return groups;
}
