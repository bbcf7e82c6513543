// A strict reader of XML 1.0 as far as reports use it (no DTD, no CDATA, no namespaces): what is not well formed throws.

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of the element itself, without that of its children. */
  readonly text: string;
}

// deno-lint-ignore no-control-regex
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

/** `raw`: names of elements whose content is no markup, as HTML's style. */
export function xmlTree(source: string, raw: ReadonlySet<string> = new Set()): XmlElement {
  const bad = forbidden.exec(source);
  if (bad !== null) throw new Error(`character ${JSON.stringify(bad[0])} at ${bad.index}`);
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at}: ${JSON.stringify(source.slice(at, at + 60))}`);
  };
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const sticky = new RegExp(pattern.source, "uy");
    sticky.lastIndex = at;
    const match = sticky.exec(source);
    if (match !== null) at += match[0].length;
    return match;
  };
  const decoded = (text: string): string =>
    text.replace(/&([^;&]*);?/g, (whole, name: string) => {
      if (!whole.endsWith(";") || !Object.hasOwn(entities, name)) fail(`entity ${whole}`);
      return entities[name] ?? "";
    });
  const readElement = (): XmlElement => {
    const [, name = ""] = take(/<([A-Za-z][\w-]*)/) ?? fail("an element was due");
    const attributes: Record<string, string> = {};
    for (let match = take(/\s+([A-Za-z][\w-]*)="([^"<]*)"/); match !== null;) {
      const [, key = "", value = ""] = match;
      if (Object.hasOwn(attributes, key)) fail(`attribute ${key} twice`);
      attributes[key] = decoded(value);
      match = take(/\s+([A-Za-z][\w-]*)="([^"<]*)"/);
    }
    if (take(/\s*\/>/) !== null) return { name, attributes, children: [], text: "" };
    if (take(/\s*>/) === null) fail(`the tag of ${name} does not end`);
    const children: XmlElement[] = [];
    let text = raw.has(name) ? take(/[^<]*/)?.[0] ?? "" : "";
    while (take(/<\//) === null) {
      if (at >= source.length) fail(`${name} has no end`);
      const plain = take(/[^<]+/);
      if (plain !== null) text += decoded(plain[0]);
      else children.push(readElement());
    }
    if (take(new RegExp(`${name}\\s*>`)) === null) fail(`the end of ${name} was due`);
    return { name, attributes, children, text };
  };
  take(/<\?xml version="1\.0" encoding="UTF-8"\?>\s*|<!doctype html>\s*/);
  const root = readElement();
  take(/\s*/);
  if (at < source.length) fail("something after the root");
  return root;
}

/** All elements of that name, in order. */
export function elementsOf(root: XmlElement, name: string): XmlElement[] {
  return [
    ...(root.name === name ? [root] : []),
    ...root.children.flatMap((child) => elementsOf(child, name)),
  ];
}

/** The text of an element and all within it. */
export function textOf(element: XmlElement): string {
  return element.text + element.children.map(textOf).join("");
}
