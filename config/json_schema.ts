// The config's JSON Schema (draft 2020-12) for completion and checks in editors, made from the zod schema: input
// side, every key with its description and its default. `lasso schema` prints it.

import { z } from "zod";
import { configSchema } from "./schema.ts";

export interface SchemaNode {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly propertyNames?: SchemaNode;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
}

const variable = "#/$defs/variable";

export function configJsonSchema(): SchemaNode {
  return {
    ...finish(plainSchema()),
    $defs: {
      variable: {
        type: "string",
        description: "${NAME} or ${NAME:-default}: taken from the environment.",
        pattern: "\\$\\{",
      },
    },
  };
}

/** Keys that the schema knows at a path; empty where any key may stand. */
export function knownKeys(path: readonly (string | number)[]): string[] {
  let nodes: SchemaNode[] = [plainSchema()];
  for (const part of path) {
    nodes = nodes.flatMap(branches).flatMap((node): SchemaNode[] => {
      if (typeof part === "number") return node.items === undefined ? [] : [node.items];
      const property = node.properties?.[part];
      if (property !== undefined) return [property];
      return typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
    });
  }
  return nodes.flatMap(branches).flatMap((node) => Object.keys(node.properties ?? {}));
}

let cached: SchemaNode | undefined;

function plainSchema(): SchemaNode {
  cached ??= z.toJSONSchema(configSchema, { io: "input" }) as unknown as SchemaNode;
  return cached;
}

function branches(node: SchemaNode): SchemaNode[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(branches);
}

/** Turns `fallback` into `default`, and lets a variable stand wherever text alone would be refused. */
function finish(node: SchemaNode): SchemaNode {
  const { fallback, ...rest } = node as SchemaNode & { readonly fallback?: unknown };
  const own: SchemaNode = {
    ...rest,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(rest.properties === undefined ? {} : {
      properties: mapValues(rest.properties, finish),
    }),
    ...(typeof rest.additionalProperties === "object"
      ? { additionalProperties: finish(rest.additionalProperties) }
      : {}),
    ...(rest.items === undefined ? {} : { items: finish(rest.items) }),
  };
  if (own.anyOf !== undefined) {
    const anyOf = own.anyOf.map(finish);
    return { ...own, anyOf: anyOf.some(isClosedLeaf) ? [...anyOf.map(bare), { $ref: variable }] : anyOf };
  }
  return isClosedLeaf(own) ? open(own) : own;
}

/** A leaf that `${NAME}` would not fit. */
function isClosedLeaf(node: SchemaNode): boolean {
  if (node.anyOf !== undefined) return node.anyOf.some((branch) => branch.$ref === variable);
  return ["integer", "number", "boolean"].includes(node.type ?? "") || node.pattern !== undefined ||
    node.enum !== undefined;
}

function open(leaf: SchemaNode): SchemaNode {
  const { description, default: fallback, ...rest } = leaf;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, { $ref: variable }],
  };
}

/** A branch of a union that was opened already, closed again: the union is opened once. */
function bare(node: SchemaNode): SchemaNode {
  const inner = node.anyOf?.filter((branch) => branch.$ref !== variable);
  return inner?.length === 1 && inner[0] !== undefined ? inner[0] : node;
}

function mapValues(
  values: Readonly<Record<string, SchemaNode>>,
  change: (node: SchemaNode) => SchemaNode,
): Record<string, SchemaNode> {
  return Object.fromEntries(Object.entries(values).map(([name, node]) => [name, change(node)]));
}
