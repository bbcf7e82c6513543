// Which methods a provider's `methods.allow` and `methods.deny` leave. Patterns are names, or prefixes with a
// trailing `*`. The answer is kept per method in a bounded map: clients choose the names, so it must not grow.

/** True when `method` is the pattern's name, or begins with what stands before its trailing `*`. */
function matchesMethod(pattern: string, method: string): boolean {
  return pattern.endsWith("*") ? method.startsWith(pattern.slice(0, -1)) : pattern === method;
}

const maxKept = 1024;

export class MethodFilter {
  readonly #allow: readonly string[] | null;
  readonly #deny: readonly string[];
  readonly #kept = new Map<string, boolean>();

  /** `allow` null: all that `deny` does not name. A method in both is denied. */
  constructor(allow: readonly string[] | null, deny: readonly string[]) {
    this.#allow = allow;
    this.#deny = deny;
  }

  denies(method: string): boolean {
    if (this.#allow === null && this.#deny.length === 0) return false;
    const kept = this.#kept.get(method);
    if (kept !== undefined) return kept;
    const denied = this.#deny.some((pattern) => matchesMethod(pattern, method)) ||
      (this.#allow !== null && !this.#allow.some((pattern) => matchesMethod(pattern, method)));
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(method, denied);
    return denied;
  }
}
