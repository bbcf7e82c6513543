// Admin: dead letters, what could not be delivered or sent: listed with what they hold, tried once more by hand, or
// thrown away. Who may not call admin routes never sees their contents.

import { z } from "zod";
import type { DeadLetter } from "../../measure/history/model.ts";
import { type Changed, changedSchema, changedShape, tag } from "./admin_shapes.ts";
import type { ApiDeps } from "./api_deps.ts";
import { ApiError } from "./api_error.ts";
import { asked, unavailable } from "./asked.ts";
import { cursor, limit, whole } from "./query_types.ts";
import { type Answer, type Route, route } from "./route.ts";
import { at } from "./shapes.ts";

const kinds = ["alert", "transaction"] as const;

const letterSchema = z.strictObject({
  id: z.int(),
  at,
  kind: z.enum(kinds),
  target: z.string().describe("Where it should have gone."),
  body: z.string().describe("What should have been sent."),
  tries: z.int(),
  last_error: z.string(),
  next_at: at.nullable().describe("When it is tried again by itself; null: only by hand."),
});

type Letter = z.output<typeof letterSchema>;

const retrySchema = z.strictObject({
  ...changedShape,
  error: z.string().nullable().describe("Why it is still kept."),
});

type Retried = z.output<typeof retrySchema>;

const params = z.strictObject({ id: whole(1, 999_999_999_999_999, "A letter's id.") });
const gone = { 404: "There is no such letter (any more).", 503: unavailable } as const;

export function adminLetterRoutes(deps: ApiDeps): readonly Route[] {
  const { history } = deps;
  return [
    route({
      method: "get",
      path: "/api/admin/dead-letters",
      tag,
      access: "admin",
      summary: "What could not be delivered or sent",
      query: z.strictObject({
        kind: z.enum(kinds).optional(),
        limit: limit(50, 200),
        cursor,
      }),
      data: z.array(letterSchema),
      errors: { 503: unavailable },
      handle: async ({ query: { kind, limit: most, cursor: after } }): Promise<Answer<Letter[]>> => {
        const { rows, next } = await asked(
          history.deadLetters({ kind, limit: most, cursor: after }),
        );
        return { data: rows.map(shown), next };
      },
    }),
    route({
      method: "post",
      path: "/api/admin/dead-letters/{id}/retry",
      tag,
      access: "admin",
      summary: "Tries a letter once more, now",
      params,
      data: retrySchema,
      errors: { ...gone, 409: "Nothing here can send a letter of its kind." },
      handle: async ({ params: { id } }): Promise<Answer<Retried>> => {
        const error = await retry(deps, await letterOf(deps, id));
        return { data: { ok: error === null, changed: error === null, error } };
      },
    }),
    route({
      method: "post",
      path: "/api/admin/dead-letters/{id}/discard",
      tag,
      access: "admin",
      summary: "Throws a letter away",
      params,
      data: changedSchema,
      errors: gone,
      handle: async ({ params: { id } }): Promise<Answer<Changed>> => {
        const letter = await letterOf(deps, id);
        if (!await asked(history.removeDeadLetter(id))) throw unknownLetter(id);
        if (letter.kind === "transaction") deps.transactions?.discarded(letter);
        return { data: { ok: true, changed: true } };
      },
    }),
  ];
}

/** null: it has gone. */
async function retry({ state, alerts, transactions }: ApiDeps, letter: DeadLetter): Promise<string | null> {
  const { id, kind } = letter;
  if (kind === "transaction" && transactions !== undefined) {
    const outcome = await asked(transactions.retry(letter, state.router));
    return outcome.kind === "sent" ? null : outcome.error;
  }
  if (kind === "alert" && alerts !== undefined) {
    const outcome = await asked(alerts.retryDeadLetter(id));
    if (outcome.kind === "unknown") throw unknownLetter(id);
    return outcome.kind === "sent" ? null : outcome.error;
  }
  const message = `A letter of kind ${kind} can't be tried again here.`;
  throw new ApiError(409, "not_possible", message, "Discard it, or restart Lasso.");
}

async function letterOf({ history }: ApiDeps, id: number): Promise<DeadLetter> {
  const letter = await asked(history.deadLetter(id));
  if (letter === null) throw unknownLetter(id);
  return letter;
}

function unknownLetter(id: number): ApiError {
  const hint = "GET /api/admin/dead-letters lists those that there are.";
  return new ApiError(404, "unknown_letter", `There is no dead letter ${id}.`, hint);
}

function shown({ id, at: time, kind, target, body, tries, lastError, nextAt }: DeadLetter): Letter {
  return {
    id,
    at: new Date(time).toISOString(),
    kind,
    target,
    body,
    tries,
    last_error: lastError,
    next_at: nextAt === null ? null : new Date(nextAt).toISOString(),
  };
}
