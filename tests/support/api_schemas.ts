// The description of the API as tests need it: read from a running router, its schemas compiled by Ajv, which knows
// nothing of zod.

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import type { HttpAnswer, HttpRequest } from "./http_exchange.ts";

export type Schema = Readonly<Record<string, unknown>>;

export interface DescribedParameter {
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: Schema;
}

export interface Operation {
  /** `get`. */
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly DescribedParameter[];
  /** Of the JSON body; null: there is none. */
  readonly body: Schema | null;
  /** Statuses that are described. */
  readonly statuses: readonly number[];
  /** Media types of the answer of 200. */
  readonly media: readonly string[];
}

interface RawOperation {
  readonly parameters?: readonly DescribedParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Schema }>> }>
  >;
}

export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>>;
}

interface Asked {
  request(request: HttpRequest): Promise<HttpAnswer>;
}

export class ApiSchemas {
  readonly document: ApiDocument;
  readonly operations: readonly Operation[];
  readonly #ajv: Ajv2020;
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor(document: ApiDocument) {
    this.document = document;
    this.#ajv = new Ajv2020({ strict: false, allErrors: false });
    (formats as unknown as (ajv: Ajv2020) => void)(this.#ajv);
    this.#ajv.addSchema(document, "api");
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): Operation => ({
        method,
        path,
        parameters: operation.parameters ?? [],
        body: operation.requestBody?.content["application/json"]?.schema ?? null,
        statuses: Object.keys(operation.responses).map(Number),
        media: Object.keys(operation.responses["200"]?.content ?? {}),
      }))
    );
  }

  static async of(server: Asked): Promise<ApiSchemas> {
    const answer = await server.request({ method: "GET", path: "/openapi.json" });
    return new ApiSchemas(JSON.parse(answer.body) as ApiDocument);
  }

  /** What an answer's body has against its description; null: nothing. */
  problem(method: string, path: string, status: number, contentType: string, body: string): string | null {
    const content = this.document.paths[path]?.[method]?.responses[String(status)]?.content;
    if (content === undefined) return `status ${status} is not described`;
    const media = Object.keys(content).find((type) => contentType.startsWith(type.split(";")[0]!));
    if (media === undefined) return `the type ${contentType} is not described for ${status}`;
    const value: unknown = media.startsWith("application/json") ? JSON.parse(body) : body;
    const pointer = ["paths", path, method, "responses", String(status), "content", media, "schema"];
    const ref = `api#/${
      pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")
    }`;
    let validate = this.#compiled.get(ref);
    if (validate === undefined) this.#compiled.set(ref, validate = this.#ajv.compile({ $ref: ref }));
    return validate(value) ? null : `${this.#ajv.errorsText(validate.errors)}: ${body.slice(0, 2_000)}`;
  }
}
