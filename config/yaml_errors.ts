// Syntax errors of the YAML parser in our own sentences: its own may quote the text around the error, which may be
// a key or a password.

const sentences: Readonly<Record<string, string>> = {
  ALIAS_PROPS: "an alias can't have a tag or an anchor",
  BAD_ALIAS: "an unquoted text can't begin with * unless it names an anchor set before; quote it",
  BAD_INDENT: "the indentation does not fit what stands above",
  BAD_SCALAR_START: "an unquoted text can't begin with this character; quote it",
  BLOCK_AS_IMPLICIT_KEY: "a key and its value can't stand here; quote a text that holds a colon and a space",
  BLOCK_IN_FLOW: "a block can't stand inside { } or [ ]",
  DUPLICATE_KEY: "this key is given twice",
  KEY_OVER_1024_CHARS: "a key is longer than 1024 characters; is a quote or a line break missing?",
  MISSING_CHAR: "a bracket, a quote, a comma or a colon is missing",
  MULTIPLE_DOCS: "one file holds one document; remove the line ---",
  MULTILINE_IMPLICIT_KEY: "a key must stand on one line; is a quote or a colon missing?",
  RESOURCE_EXHAUSTION: "the file is nested too deep",
  TAB_AS_INDENT: "a tab can't indent; use spaces",
  TAG_RESOLVE_FAILED:
    "this tag is not known; tags (!name) are not used here, quote a text that begins with !",
  UNEXPECTED_TOKEN: "this can't stand here; inside { } and [ ] a ${NAME} must be quoted",
};

/** `code` is one of the parser's (`YAMLParseError.code`). */
export function syntaxMessage(code: string): string {
  return `YAML: ${sentences[code] ?? `syntax error (${code.toLowerCase()})`}`;
}
