// A JSON Schema as people read it: `{ id: string, head: integer | null }`, one member a line, with its description as
// a comment. For the page /docs.

import type { Json } from "./openapi.ts";

const indent = "  ";

/** Lines of text; a description stands behind ` // `. `root` holds what `$ref`s point to. */
export function shapeText(schema: unknown, root: Json): string {
  return shape(asJson(schema), root, "", 0);
}

function shape(schema: Json, root: Json, margin: string, depth: number): string {
  const { $ref, anyOf, oneOf, type, items, properties, additionalProperties } = schema;
  if (typeof $ref === "string") {
    return depth > 8 ? $ref.split("/").at(-1)! : shape(resolved($ref, root), root, margin, depth + 1);
  }
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const forms = anyOf ?? oneOf;
  if (Array.isArray(forms)) {
    return forms.map((form) => shape(asJson(form), root, margin, depth + 1)).join(" | ");
  }
  if (Array.isArray(type)) {
    return type.map((one) => shape({ ...schema, type: one as unknown }, root, margin, depth)).join(" | ");
  }
  if (type === "array") return `[${shape(asJson(items), root, margin, depth + 1)}]`;
  if (properties !== undefined && Object.keys(asJson(properties)).length > 0) {
    return members(schema, root, margin, depth);
  }
  if (type === "object") {
    return typeof additionalProperties === "object" && Object.keys(asJson(additionalProperties)).length > 0
      ? `{ [name]: ${shape(asJson(additionalProperties), root, margin, depth + 1)} }`
      : "{ … }";
  }
  return typeof type === "string" ? named(type, schema.format) : "any";
}

function members(schema: Json, root: Json, margin: string, depth: number): string {
  const required = new Set(Array.isArray(schema.required) ? schema.required as string[] : []);
  const inner = margin + indent;
  const lines = Object.entries(asJson(schema.properties)).map(([name, value]) => {
    const member = asJson(value);
    const text = `${inner}${name}${required.has(name) ? "" : "?"}: ${shape(member, root, inner, depth + 1)}`;
    const note = member.description;
    if (typeof note !== "string") return text;
    // Behind an object the comment would stand far from its name.
    return text.includes("\n") ? `${inner}// ${note}\n${text}` : `${text}  // ${note}`;
  });
  return `{\n${lines.join("\n")}\n${margin}}`;
}

function named(type: string, format: unknown): string {
  return format === "date-time" ? "time" : type;
}

function resolved(ref: string, root: Json): Json {
  return ref.split("/").slice(1).reduce<Json>((at, name) => asJson(at[name]), root);
}

function asJson(value: unknown): Json {
  return typeof value === "object" && value !== null ? value as Json : {};
}
