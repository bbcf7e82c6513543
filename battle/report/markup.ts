// XML and HTML elements as text: every attribute and every text is escaped here, so that no caller can forget to.

import { printable } from "./plain_text.ts";

/** Markup that is made already, and goes in as it is. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Child = Markup | string | null;
export type Attributes = Readonly<Record<string, string | number | null>>;

/**
 * An element. Strings among its children are escaped, null is left out; an attribute that is null too. Without children
 * it closes itself, as only void elements may in HTML; with an empty one it has an end.
 */
export function element(name: string, attributes: Attributes, ...children: readonly Child[]): Markup {
  const inner = join(children).text;
  const start = `<${name}${attributeText(attributes)}`;
  return new Markup(children.length === 0 ? `${start}/>` : `${start}>${inner}</${name}>`);
}

/** Several, one after another, with nothing between. */
export function join(children: readonly Child[], between = ""): Markup {
  return new Markup(
    children.filter((child) => child !== null).map((child) =>
      child instanceof Markup ? child.text : escapeMarkup(child)
    ).join(between),
  );
}

function attributeText(attributes: Attributes): string {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}="${escapeMarkup(`${value}`)}"`)
    .join("");
}

/** One line of text that is only text, within an element or within quotes; fit for XML 1.0. */
function escapeMarkup(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A new line, indented. */
export function newLine(indent = 0): Markup {
  return new Markup(`\n${" ".repeat(indent)}`);
}

/** Text of several lines, which stay. */
export function lines(texts: readonly string[]): Markup {
  return new Markup(texts.map(escapeMarkup).join("\n"));
}
