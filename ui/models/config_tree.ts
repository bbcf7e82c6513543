// The configuration in force as lines to be read: a tree for the eye, flat paths for the search. Pure.

export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [name: string]: ConfigValue };

/** A scalar as YAML has it. */
export function scalarText(value: ConfigValue): string {
  if (value === null) return "null";
  if (typeof value === "string") {
    return /^[\w./:*@+-]+$/.test(value) && value !== "null" ? value : JSON.stringify(value);
  }
  return String(value);
}

/** True: it stands on one line. */
export function isLine(value: ConfigValue): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => typeof item !== "object" || item === null);
  return Object.keys(value).length === 0;
}

export function lineText(value: ConfigValue): string {
  if (Array.isArray(value)) return `[${value.map(scalarText).join(", ")}]`;
  return typeof value === "object" && value !== null ? "{}" : scalarText(value);
}

/** What a list's item is called: by its name or id, else by its number. */
export function itemName(item: ConfigValue, index: number): string {
  if (typeof item === "object" && item !== null && !Array.isArray(item)) {
    const { name, id } = item as { readonly [member: string]: ConfigValue };
    if (typeof name === "string") return name;
    if (typeof id === "string") return id;
  }
  return String(index + 1);
}

export function membersOf(value: ConfigValue): readonly (readonly [string, ConfigValue])[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return (value as readonly ConfigValue[]).map((item, index) => [itemName(item, index), item] as const);
  }
  return Object.entries(value);
}

export interface FlatLine {
  /** `chains.ethereum.breaker.window_ms` */
  readonly path: string;
  readonly text: string;
}

/** Lines whose path or value has each of the words, in the order of the config; at most `most`. */
export function foundLines(config: ConfigValue, words: string, most: number): FlatLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const found: FlatLine[] = [];
  const walk = (value: ConfigValue, path: string): void => {
    if (found.length >= most) return;
    if (!isLine(value)) {
      for (const [name, member] of membersOf(value)) walk(member, path === "" ? name : `${path}.${name}`);
      return;
    }
    const line = { path, text: lineText(value) };
    const all = `${path}: ${line.text}`.toLowerCase();
    if (wanted.every((word) => all.includes(word))) found.push(line);
  };
  walk(config, "");
  return found;
}
