// The description of the API (OpenAPI 3.1, JSON Schema 2020-12), from the same declarations that mount.ts serves: so
// it can't say anything else. Made with the first request for it.

import { z } from "zod";
import type { Route } from "./route.ts";

export type Json = { readonly [key: string]: unknown };

export interface OpenApiOptions {
  readonly version: string;
}

const tags: Readonly<Record<string, string>> = {
  service: "The process: is it there, is it ready, how does it do.",
  chains: "Chains and their blocks.",
  observation: "What happens and what happened: providers, calls, figures, streams, events.",
  analytics: "Volume, cost, and what another strategy would have given.",
  admin: "Changes. All of it needs the admin token, or loopback where none is configured, and is audited.",
};

/** What the page /docs is made of is no part of the description. */
const partOfDocs = /^\/docs\//;

export function openApi(routes: readonly Route[], { version }: OpenApiOptions): Json {
  const schemas: Record<string, unknown> = { Error: errorSchema };
  const paths: Record<string, Record<string, unknown>> = {};
  const used = new Set<string>();
  for (const one of routes) {
    if (partOfDocs.test(one.path)) continue;
    used.add(one.tag);
    (paths[one.path] ??= {})[one.method] = operation(one, schemas);
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Lasso",
      version,
      description:
        "A smart proxy for EVM JSON-RPC: `POST /rpc/{chain}`. This is everything beside JSON-RPC. Ratios are 0 to 1, " +
        "times ISO 8601, durations in ms; what is not known is null, with a reason beside it.",
    },
    servers: [{ url: "/" }],
    tags: [...used].map((name) => ({
      name,
      ...(tags[name] === undefined ? {} : { description: tags[name] }),
    })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "server.admin_token." },
      },
    },
  };
}

/** `getApiRequestsById`. */
export function operationId({ method, path }: Pick<Route, "method" | "path">): string {
  const words = path.split("/").filter((part) => part !== "").map((part) =>
    part.startsWith("{") ? `by_${part.slice(1, -1)}` : part
  );
  const joined = words.flatMap((word) => word.split(/\W|_/)).map((word) =>
    word.charAt(0).toUpperCase() + word.slice(1)
  );
  return method + (joined.length === 0 ? "Root" : joined.join(""));
}

function operation(one: Route, schemas: Record<string, unknown>): Json {
  const id = operationId(one);
  const parameters = [...parametersOf(one, "path", id, schemas), ...parametersOf(one, "query", id, schemas)];
  return {
    operationId: id,
    tags: [one.tag],
    summary: one.summary,
    ...(one.description === undefined ? {} : { description: one.description }),
    ...(one.access === "open" ? { security: [] } : { security: [{ token: [] }, {}] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(one.method === "get" ? {} : { requestBody: requestBody(one, id, schemas) }),
    responses: responses(one, id, schemas),
  };
}

function parametersOf(
  one: Route,
  where: "path" | "query",
  id: string,
  schemas: Record<string, unknown>,
): Json[] {
  const schema = where === "path" ? one.params : one.query;
  const described = schema === undefined ? {} : jsonSchema(schema, "input", id, schemas);
  const properties = (described.properties ?? {}) as Record<string, Json>;
  const required = (described.required ?? []) as readonly string[];
  const names = where === "path" ? pathNames(one.path) : Object.keys(properties);
  return names.map((name) => {
    const { description, examples, ...rest } = properties[name] ?? { type: "string" };
    const example = Array.isArray(examples) ? examples[0] as unknown : undefined;
    return {
      name,
      in: where,
      required: where === "path" || required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: Object.keys(rest).length === 0 ? { type: "string" } : { type: "string", ...rest },
      ...(example === undefined ? {} : { example }),
    };
  });
}

export function pathNames(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
}

function requestBody(one: Route, id: string, schemas: Record<string, unknown>): Json {
  const schema = one.body === undefined
    ? { type: "object", additionalProperties: false, maxProperties: 0 }
    : jsonSchema(one.body, "input", id, schemas);
  return {
    required: false,
    description: one.body === undefined ? "None; the content type is needed all the same." : "JSON.",
    content: { "application/json": { schema } },
  };
}

function responses(one: Route, id: string, schemas: Record<string, unknown>): Json {
  const found: Record<string, unknown> = {};
  const data = jsonSchema(one.data, "output", id, schemas);
  const good = one.media === undefined
    ? { "application/json": { schema: envelope(data) } }
    : { [one.media]: { schema: data } };
  found["200"] = { description: one.summary, content: good };
  const fault = (status: number, description: string): void => {
    // A route may answer with data and another status: both shapes are possible then.
    const schema = status === 503 && one.media === undefined
      ? { anyOf: [envelope(data), { $ref: "#/components/schemas/Error" }] }
      : { $ref: "#/components/schemas/Error" };
    found[String(status)] = { description, content: { "application/json": { schema } } };
  };
  fault(400, "Something that came in is wrong: each with its path and what is allowed.");
  if (one.access !== "open") {
    fault(
      401,
      one.access === "admin" ? "The admin token is needed." : "Not on loopback: the admin token is needed.",
    );
    fault(403, "Not allowed: a wrong token, or a page of another origin.");
  }
  if (one.method !== "get") {
    fault(413, "The body is too large.");
    fault(415, "The content type is not JSON.");
  }
  for (const [status, description] of Object.entries(one.errors ?? {})) fault(Number(status), description);
  return found;
}

function envelope(data: Json): Json {
  return {
    type: "object",
    properties: {
      data,
      window: {
        type: "object",
        properties: {
          from: { type: "string", format: "date-time" },
          to: { type: "string", format: "date-time" },
          step_ms: { type: "number" },
        },
        required: ["from", "to"],
        additionalProperties: false,
      },
      n: { type: "number", description: "Samples behind the figures, or rows in all." },
      next: { type: ["string", "null"], description: "Cursor of the next page; null: there is none." },
    },
    required: ["data"],
    additionalProperties: false,
  };
}

const errorSchema = {
  type: "object",
  properties: {
    error: {
      type: "object",
      properties: {
        code: { type: "string", description: "Stable, for programs." },
        message: { type: "string" },
        hint: { type: "string", description: "What helps." },
        details: { description: "Of bad_query and bad_body: a list of {in, path, problem, allowed?}." },
      },
      required: ["code", "message"],
      additionalProperties: false,
    },
  },
  required: ["error"],
  additionalProperties: false,
};

/** Definitions of its own become components of the description. */
function jsonSchema(
  schema: z.ZodType,
  io: "input" | "output",
  id: string,
  schemas: Record<string, unknown>,
): Json {
  const { $schema: _, $defs, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
  if ($defs === undefined) return rest;
  const moved = (value: unknown): unknown => {
    const text = JSON.stringify(value).replaceAll('"#/$defs/', `"#/components/schemas/${id}_${io}_`);
    return JSON.parse(text);
  };
  for (const [name, definition] of Object.entries($defs as Json)) {
    schemas[`${id}_${io}_${name}`] = moved(definition);
  }
  return moved(rest) as Json;
}
