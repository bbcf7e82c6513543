// Names of metrics: those that docs/metrics.md lists, those of a scrape, those that an expression asks for. For tests
// that hold documentation, exposition, alert rules and dashboards together.

const root = new URL("../../", import.meta.url);

/** Type by name, from the tables of docs/metrics.md. */
export function documentedMetrics(): ReadonlyMap<string, string> {
  const text = Deno.readTextFileSync(new URL("docs/metrics.md", root));
  const rows = text.matchAll(/^\| `((?:lasso|process)_\w+)`\s*\| (counter|gauge|histogram)/gm);
  return new Map([...rows].map(([, name = "", type = ""]) => [name, type]));
}

/** Type by name, from the text of a scrape. */
export function exportedMetrics(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name = "", type = ""]) => [name, type]),
  );
}

/** Metrics of Lasso's that a PromQL expression asks for; those of a histogram by its own name. */
export function metricsIn(expr: string): string[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '""');
  const names = [...bare.matchAll(/(?<![:\w])(?:lasso|process)_\w+/g)].map(([name]) => name);
  return [...new Set(names.map((name) => name.replace(/_(?:bucket|sum|count)$/, "")))];
}

/** Series that rules.yml makes, as they appear in an expression. */
export function recordedIn(expr: string): string[] {
  return [...new Set([...expr.matchAll(/\blasso:[\w:]+/g)].map(([name]) => name))];
}
