// Text of others made fit to be shown: no control characters, no direction tricks, whole characters only. And how wide
// it is in a terminal. Every reporter but JSON passes names and messages through here before it escapes them.

/** C0 and C1 controls, soft hyphen, zero width and direction characters, line separators, noncharacters. */
const unprintable =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]+/g;

/** One line of characters that can be seen: runs of others become one space at most. */
export function printable(text: string): string {
  return text.toWellFormed().replace(unprintable, (run) => /[\t\n\r\u2028\u2029]/.test(run) ? " " : "\ufffd");
}

/** A value as JSON in which every character can be seen. */
export function printableJson(value: unknown, indent = 2): string {
  const text = JSON.stringify(value, null, indent) ?? "null";
  // JSON has its own controls escaped: what is found here stands within a string, but for the ends of lines.
  return text.replace(
    unprintable,
    (run) =>
      run.startsWith("\n")
        ? run
        : [...run].map((char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`).join(""),
  );
}

/** Columns that the text takes in a terminal: East Asian wide characters and emoji take two, combining marks none. */
export function textWidth(text: string): number {
  let width = 0;
  for (const char of text) width += charWidth(char);
  return width;
}

function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (/^[\p{Mn}\p{Me}]$/u.test(char)) return 0;
  if (/^\p{Emoji_Presentation}$/u.test(char)) return 2;
  const wide = (code >= 0x1100 && code <= 0x115f) || (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) || (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) || (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}

/** At most `width` columns; what is cut shows as `…`. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const char of text) {
    used += charWidth(char);
    if (used > width) break;
    kept += char;
  }
  return `${kept}…`;
}

export function padText(text: string, width: number, align: "left" | "right" = "left"): string {
  const fill = " ".repeat(Math.max(0, width - textWidth(text)));
  return align === "left" ? text + fill : fill + text;
}

const unitAhead = "(?:ms|s|min|h|µs|%|B|MB|blocks)(?![\\w/])";
/** Spaces at which a line may end: not the one between a number and its unit. */
const breaks = new RegExp(`(?<!\\d) | (?!${unitAhead})`);
const beforeUnit = new RegExp(`(?<=\\d) (?=${unitAhead})`, "g");

/** The text with spaces between numbers and units at which no browser breaks a line. */
export function gluedUnits(text: string): string {
  return text.replace(beforeUnit, "\u00a0");
}

/** Lines of at most `width` columns, broken at spaces; a longer word is cut through. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(breaks)) {
    const joined = line === "" ? word : `${line} ${word}`;
    if (textWidth(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== "") lines.push(line);
    line = word;
    while (textWidth(line) > width) {
      const piece = takeWidth(line, width);
      lines.push(piece);
      line = line.slice(piece.length);
    }
  }
  return [...lines, line];
}

function takeWidth(text: string, width: number): string {
  let taken = "";
  let used = 0;
  for (const char of text) {
    used += charWidth(char);
    if (used > width && taken !== "") break;
    taken += char;
  }
  return taken;
}
