// `${NAME}` and `${NAME:-default}` inside one scalar's text; `$${` stands for a literal `${`. Works on text that
// YAML has parsed already, so a value can never alter the file's structure; values are not looked at again.

export type Env = (name: string) => string | undefined;

export interface Substitution {
  readonly text: string;
  /** Names of the variables that were put in; empty when nothing was (an escape alone puts nothing in). */
  readonly names: readonly string[];
  /** The whole text was one `${…}`: a plain scalar is then typed again. */
  readonly whole: boolean;
  /** Sentences about unset variables and broken references. */
  readonly problems: readonly string[];
}

const reference = /\$\$\{|\$\{([^}]*)\}|\$\{/g;
const inside = /^([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/;

export function substitute(source: string, env: Env): Substitution {
  const names: string[] = [];
  const problems: string[] = [];
  let whole = false;
  const text = source.replace(reference, (match: string, body: string | undefined, at: number) => {
    if (match === "$${") return "${";
    const parts = body === undefined ? null : inside.exec(body);
    if (parts === null) {
      problems.push(
        "broken reference to a variable: write ${NAME} or ${NAME:-default}, or $${ for a literal ${",
      );
      return "";
    }
    const name = parts[1] ?? "";
    names.push(name);
    whole = at === 0 && match.length === source.length;
    const value = env(name);
    // As in a shell, `:-` steps in for an empty value too.
    if (parts[2] !== undefined) return value === undefined || value === "" ? parts[2] : value;
    if (value === undefined) problems.push(`environment variable ${name} is not set and has no default`);
    return value ?? "";
  });
  return { text, names, whole, problems };
}

/** What an unquoted YAML scalar of this text means (core schema): null, a boolean, a number, or the text. */
export function typedAgain(text: string): string | number | boolean | null {
  if (text === "" || /^(~|null|Null|NULL)$/.test(text)) return null;
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  if (/^[-+]?[0-9]+$/.test(text)) return Number(text);
  if (/^0x[0-9a-fA-F]+$/.test(text) || /^0o[0-7]+$/.test(text)) return Number(text);
  if (/^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/.test(text)) return Number(text);
  return text;
}
