// Method names as settings and faults write them: a name, or a beginning with a star behind it.

/** Is the method among them? A trailing `*` matches any ending. */
export function isAmongMethods(method: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith("*") ? method.startsWith(pattern.slice(0, -1)) : method === pattern
  );
}
