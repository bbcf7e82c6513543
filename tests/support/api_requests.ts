// Requests made from the description of the API, by a seeded source of randomness: good ones as a careful client would
// send them, and bad ones with something wrong in them.

import type { Random } from "../../core/random.ts";
import type { DescribedParameter, Operation, Schema } from "./api_schemas.ts";
import type { HttpRequest } from "./http_exchange.ts";

export interface GeneratedRequest extends HttpRequest {
  readonly operation: Operation;
  readonly kind: "good" | "bad";
}

/** Values that exist in the router under test, by a parameter's name, or by path and name: `/api/x/{id} id`. */
export type KnownValues = Readonly<Record<string, readonly string[]>>;

const json = { "content-type": "application/json" };

/** Texts that are no value of anything, and such as have broken other programs. */
const nasty: readonly string[] = [
  "",
  " ",
  "x",
  "-1",
  "0",
  "1e999",
  "NaN",
  "null",
  "[]",
  "{}",
  "99999999999999999999",
  "-15",
  "2026-13-45T99:99:99Z",
  "../../etc/passwd",
  "..%2f..%2fetc%2fpasswd",
  "a~b~c",
  "~",
  "'; DROP TABLE events; --",
  "%",
  "\u0000",
  "é\u{1F600}\u202e",
  "__proto__",
  "constructor",
  "x".repeat(2_000),
];

export class ApiRequests {
  readonly #random: Random;
  readonly #known: KnownValues;

  constructor(random: Random, known: KnownValues) {
    this.#random = random;
    this.#known = known;
  }

  good(operation: Operation): GeneratedRequest {
    const value = (parameter: DescribedParameter): string | null => this.#value(operation, parameter);
    return this.#request(operation, "good", value, this.#body(operation));
  }

  bad(operation: Operation): GeneratedRequest {
    const spoilt = this.#pick(operation.parameters)?.name;
    const spoil = (parameter: DescribedParameter): string | null =>
      parameter.name === spoilt
        ? this.#pick(nasty)!
        : this.#chance(0.2)
        ? null
        : this.#value(operation, parameter);
    const request = this.#request(operation, "bad", spoil, this.#body(operation));
    switch (Math.floor(this.#random.next() * 5)) {
      case 0:
        return {
          ...request,
          path: `${request.path}${request.path.includes("?") ? "&" : "?"}${this.#garbage()}`,
        };
      case 1:
        return { ...request, method: this.#pick(["GET", "POST", "PUT", "DELETE", "PATCH"])! };
      case 2:
        return {
          ...request,
          body: this.#pick(["{", "[]", "null", '"x"', "1e999", '{"a":', "\u0000", "[".repeat(3_000)])!,
        };
      case 3:
        return {
          ...request,
          headers: { "content-type": this.#pick(["text/plain", "", "application/jsonp"])! },
          body: "{}",
        };
      default:
        return request;
    }
  }

  #request(
    operation: Operation,
    kind: "good" | "bad",
    value: (parameter: DescribedParameter) => string | null,
    body: string | undefined,
  ): GeneratedRequest {
    let path = operation.path;
    const query: string[] = [];
    for (const parameter of operation.parameters) {
      const text = value(parameter);
      if (parameter.in === "path") {
        path = path.replace(`{${parameter.name}}`, encodeURIComponent(text ?? "x"));
      } else if (text !== null) query.push(`${parameter.name}=${encodeURIComponent(text)}`);
    }
    const method = operation.method.toUpperCase();
    const target = query.length === 0 ? path : `${path}?${query.join("&")}`;
    if (method === "GET") return { operation, kind, method, path: target };
    return { operation, kind, method, path: target, headers: json, ...(body === undefined ? {} : { body }) };
  }

  /** null: it is left out. */
  #value(
    { path }: Operation,
    { name, in: where, required, schema, ...rest }: DescribedParameter,
  ): string | null {
    if (!required && where === "query" && this.#chance(0.6)) return null;
    const known = this.#known[`${path} ${name}`] ?? this.#known[name];
    if (known !== undefined && this.#chance(0.95)) return this.#pick(known)!;
    const { example } = rest as { example?: unknown };
    if (example !== undefined && this.#chance(0.7)) return String(example);
    return this.#text(schema);
  }

  #text(schema: Schema): string {
    const value = this.#made(schema, 0);
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  #body({ body }: Operation): string | undefined {
    return body === null || this.#chance(0.1) ? undefined : JSON.stringify(this.#made(body, 0));
  }

  #made(schema: Schema, depth: number): unknown {
    const { type, minimum, maximum, anyOf, oneOf, properties, items, examples } = schema;
    const forms = (anyOf ?? oneOf) as readonly Schema[] | undefined;
    if ("const" in schema) return schema.const;
    if (Array.isArray(schema.enum)) return this.#pick(schema.enum as unknown[]);
    if (forms !== undefined) return this.#made(this.#pick(forms)!, depth);
    if (Array.isArray(examples) && this.#chance(0.8)) return this.#pick(examples as unknown[]);
    const one = Array.isArray(type) ? this.#pick(type as string[]) : type;
    switch (one) {
      case "integer":
      case "number": {
        const low = typeof minimum === "number" ? minimum : 0;
        const high = typeof maximum === "number" ? Math.min(maximum, low + 1e6) : low + 100;
        return Math.floor(low + this.#random.next() * (high - low + 1));
      }
      case "boolean":
        return this.#chance(0.5);
      case "null":
        return null;
      case "array":
        return depth > 4
          ? []
          : Array.from({ length: Math.floor(this.#random.next() * 3) }, () =>
            this.#made((items ?? {}) as Schema, depth + 1));
      case "object": {
        const required = new Set((schema.required ?? []) as readonly string[]);
        const made: Record<string, unknown> = {};
        for (const [name, member] of Object.entries((properties ?? {}) as Record<string, Schema>)) {
          if (!required.has(name) && (depth > 4 || this.#chance(0.5))) continue;
          made[name] = this.#known[name] !== undefined
            ? this.#pick(this.#known[name])
            : this.#made(member, depth + 1);
        }
        return made;
      }
      default:
        return this.#pick(["a", "1m", "x-1", "ethereum", "eth_call", "0x1"]);
    }
  }

  #garbage(): string {
    const name = this.#pick(["x", "__proto__", "limit", "chain", "%00", "a[b]", "from"])!;
    return `${name}=${encodeURIComponent(this.#pick(nasty)!)}`;
  }

  #chance(share: number): boolean {
    return this.#random.next() < share;
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random.next() * all.length)];
  }
}
