// A YAML file as plain values, with the place of each of them and with variables put in. Collects problems instead
// of throwing; bounded in size and depth, so that a bomb of aliases ends in a problem. Called by load.ts alone.

import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, Scalar } from "yaml";
import { syntaxMessage } from "./yaml_errors.ts";
import { type Env, substitute, typedAgain } from "./substitute.ts";
import { type ConfigProblem, problemAt } from "./problems.ts";

export type Path = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

interface Entry {
  readonly value: Place | null;
  readonly key: Place | null;
}

interface Substituted {
  readonly names: readonly string[];
  readonly text: string;
}

/** Values in one file after aliases are followed; a config of a thousand providers has some 20,000. */
const maxNodes = 200_000;
const maxDepth = 64;

export class Tree {
  readonly file: string;
  /** From syntax and from variables. */
  readonly problems: ConfigProblem[] = [];
  /** The syntax is wrong: there is no value to check. */
  readonly broken: boolean;
  #root: unknown = null;
  #nodes = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #substituted = new Map<string, Substituted>();
  readonly #lines = new LineCounter();
  readonly #env: Env;

  /** Never throws: look at `problems`. `file` is only for messages. */
  constructor(text: string, file: string, env: Env) {
    this.file = file;
    this.#env = env;
    const doc = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    const seen = new Set<number>();
    for (const error of [...doc.errors, ...doc.warnings]) {
      const place = this.#placeOf(error.pos[0]);
      // One slip makes the parser stumble over the rest of the line, and at times over all that follows.
      if (!seen.has(place.line) && (seen.size === 0 || !isAftermath(error))) {
        this.problems.push({ file, ...place, path: "", message: syntaxMessage(error.code) });
      }
      seen.add(place.line);
    }
    this.broken = doc.errors.length > 0;
    if (this.broken) return;
    const resolve = (node: Node): Node | undefined => isAlias(node) ? node.resolve(doc) : node;
    if (doc.contents !== null) this.#root = this.#build(doc.contents, [], null, resolve);
  }

  get value(): unknown {
    return this.#root;
  }

  /** The value at a path, undefined where there is none. */
  at(path: Path): unknown {
    let value: unknown = this.#root;
    for (const part of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
      value = (value as Record<string | number, unknown>)[part];
    }
    return value;
  }

  /** Where the value stands; else its key; else the nearest ancestor's key. */
  place(path: Path): Place {
    const entry = this.#entries.get(JSON.stringify(path));
    return entry?.value ?? this.keyPlace(path);
  }

  /** Where the key stands (for an entry of a list: the entry); else the nearest ancestor's. */
  keyPlace(path: Path): Place {
    for (let length = path.length; length > 0; length--) {
      const entry = this.#entries.get(JSON.stringify(path.slice(0, length)));
      const place = entry?.key ?? entry?.value;
      if (place) return place;
    }
    return { line: 1, column: 1 };
  }

  /** Names of the variables that the value came from; undefined when it is literal. */
  substitutedAt(path: Path): readonly string[] | undefined {
    return this.#substituted.get(JSON.stringify(path))?.names;
  }

  /** Gives a value that was typed again its text back. False when it never was. */
  untype(path: Path): boolean {
    const substituted = this.#substituted.get(JSON.stringify(path));
    const parent = this.at(path.slice(0, -1));
    const last = path.at(-1);
    if (substituted === undefined || last === undefined || typeof parent !== "object" || parent === null) {
      return false;
    }
    const values = parent as Record<string | number, unknown>;
    if (typeof values[last] === "string" || values[last] === null) return false;
    values[last] = substituted.text;
    return true;
  }

  #build(
    raw: Node,
    path: Path,
    key: Place | null,
    resolve: (node: Node) => Node | undefined,
  ): unknown {
    const node = resolve(raw);
    const start = raw.range?.[0];
    const empty = raw.range !== undefined && raw.range !== null && raw.range[0] === raw.range[1];
    const value = start === undefined || (empty && key !== null) ? null : this.#placeOf(start);
    this.#entries.set(JSON.stringify(path), { value, key });
    this.#nodes++;
    if (node === undefined) {
      this.problems.push(problemAt(this, path, syntaxMessage("BAD_ALIAS"), { hideFound: true }));
      return null;
    }
    if (this.#nodes > maxNodes || path.length > maxDepth) {
      if (this.#nodes !== Infinity) {
        this.problems.push(
          problemAt(this, path, "the file is too large or too deep once its aliases are followed"),
        );
      }
      this.#nodes = Infinity;
      return null;
    }
    if (isMap(node)) return this.#buildMap(node.items, path, resolve);
    if (isSeq(node)) {
      return node.items.map((item, index) => this.#build(item as Node, [...path, index], null, resolve));
    }
    if (!isScalar(node)) return null;
    return typeof node.value === "string" ? this.#text(node, node.value, path) : node.value;
  }

  #buildMap(
    items: readonly { readonly key: unknown; readonly value: unknown }[],
    path: Path,
    resolve: (node: Node) => Node | undefined,
  ): Record<string, unknown> {
    const values: Record<string, unknown> = {};
    for (const { key, value } of items) {
      const node = resolve(key as Node);
      const place = this.#placeOf((key as Node).range?.[0] ?? 0);
      if (!isScalar(node) || node.value === "__proto__" || node.value === null) {
        this.problems.push({ file: this.file, ...place, path: "", message: "a key must be a plain word" });
        continue;
      }
      const name = String(node.value);
      const child = [...path, name];
      if (value === null) {
        this.#entries.set(JSON.stringify(child), { value: null, key: place });
        values[name] = null;
      } else values[name] = this.#build(value as Node, child, place, resolve);
    }
    return values;
  }

  #text(node: Scalar, source: string, path: Path): string | number | boolean | null {
    if (!source.includes("${")) return source;
    const { text, names, whole, problems } = substitute(source, this.#env);
    for (const message of problems) this.problems.push(problemAt(this, path, message, { hideFound: true }));
    if (names.length === 0) return text;
    this.#substituted.set(JSON.stringify(path), { names, text });
    return whole && node.type === Scalar.PLAIN ? typedAgain(text) : text;
  }

  #placeOf(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** The parser has lost its place: what it says from there on is about no slip of its own. */
function isAftermath({ code, message }: { readonly code: string; readonly message: string }): boolean {
  return code === "UNEXPECTED_TOKEN" && message.includes("in YAML stream");
}
