// As much of JSON Schema as the report's schema uses, to hold reports to what is published and not to what wrote it. A
// keyword that it does not know is an error, so that none is passed over.

type Schema = Readonly<Record<string, unknown>>;

const annotations = new Set(["$schema", "description", "$id", "title", "default"]);
const known = new Set([
  ...annotations,
  "type",
  "properties",
  "required",
  "additionalProperties",
  "propertyNames",
  "items",
  "prefixItems",
  "minItems",
  "maxItems",
  "anyOf",
  "oneOf",
  "enum",
  "const",
  "minimum",
  "maximum",
]);

/** What is wrong with the value, each with its path; empty: it is valid. */
export function validate(schema: Schema, value: unknown, path = "$"): string[] {
  for (const keyword of Object.keys(schema)) {
    if (!known.has(keyword)) throw new Error(`${path}: keyword ${keyword} is not known`);
  }
  const alternatives = (schema["anyOf"] ?? schema["oneOf"]) as Schema[] | undefined;
  if (alternatives !== undefined) {
    return alternatives.some((one) => validate(one, value, path).length === 0)
      ? []
      : [`${path}: fits nothing of anyOf`];
  }
  if ("const" in schema && value !== schema["const"]) return [`${path}: is not ${schema["const"]}`];
  const choices = schema["enum"] as unknown[] | undefined;
  if (choices !== undefined && !choices.includes(value)) return [`${path}: is none of ${choices.join(", ")}`];
  const types = [schema["type"] ?? []].flat() as string[];
  if (types.length > 0 && !types.some((type) => hasType(value, type))) {
    return [`${path}: is no ${types.join(" or ")}`];
  }
  if (typeof value === "number") return outside(schema, value, path);
  if (Array.isArray(value)) return items(schema, value, path);
  if (typeof value === "object" && value !== null) return members(schema, value as Schema, path);
  return [];
}

function hasType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return Number.isInteger(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  if (type === "string") return typeof value === "string";
  if (type === "boolean") return typeof value === "boolean";
  return type === "number" && typeof value === "number";
}

function outside(schema: Schema, value: number, path: string): string[] {
  const [low, high] = [schema["minimum"], schema["maximum"]] as (number | undefined)[];
  if (low !== undefined && value < low) return [`${path}: is below ${low}`];
  return high !== undefined && value > high ? [`${path}: is above ${high}`] : [];
}

function items(schema: Schema, value: readonly unknown[], path: string): string[] {
  const [fewest, most] = [schema["minItems"] ?? 0, schema["maxItems"] ?? Infinity] as number[];
  if (value.length < (fewest ?? 0) || value.length > (most ?? Infinity)) {
    return [`${path}: has ${value.length} items`];
  }
  return value.flatMap((item, at) => validate(itemSchema(schema, at), item, `${path}.${at}`));
}

function itemSchema(schema: Schema, at: number): Schema {
  const prefix = schema["prefixItems"] as Schema[] | undefined;
  return prefix?.[at] ?? (schema["items"] as Schema | undefined) ?? {};
}

function members(schema: Schema, value: Schema, path: string): string[] {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Schema>>;
  const more = schema["additionalProperties"] as Schema | boolean | undefined;
  const missing = ((schema["required"] ?? []) as string[]).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.map((name) => `${path}: lacks ${name}`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (own !== undefined) return validate(own, item, `${path}.${name}`);
      if (more === false) return [`${path}: must not have ${name}`];
      return typeof more === "object" ? validate(more, item, `${path}.${name}`) : [];
    }),
  ];
}
