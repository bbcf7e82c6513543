// A strict reader of the Prometheus text format 0.0.4, written from its description and not from our writer: it
// throws at the first line that breaks the format, and gives the samples for the tests to look at.

export interface Read {
  readonly types: ReadonlyMap<string, string>;
  /** Value by the sample's text before the blank: `name{label="value"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const label = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const helpLine = new RegExp(`^# HELP (${name}) (?:[^\\\\]|\\\\[\\\\n])*$`);
const typeLine = new RegExp(`^# TYPE (${name}) (counter|gauge|histogram|summary|untyped)$`);
const sampleLine = new RegExp(
  `^((${name})(?:\\{(${label}(?:,${label})*)\\})?) (NaN|[+-]Inf|[+-]?\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)$`,
);

export function readExposition(text: string): Read {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  let family = "";
  let help = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const fail = (why: string): never => {
      throw new Error(`${why}: ${line}`);
    };
    if (line.startsWith("# HELP")) {
      help = helpLine.exec(line)?.[1] ?? fail("bad HELP");
      if (types.has(help)) fail("a family appears twice");
      continue;
    }
    if (line.startsWith("# TYPE")) {
      const [, of, type] = typeLine.exec(line) ?? fail("bad TYPE");
      if (of !== help) fail("TYPE does not follow its HELP");
      types.set(family = of!, type!);
      if (type === "counter" && !family.endsWith("_total")) fail("a counter not named _total");
      continue;
    }
    const [, key, metric, labels, value] = sampleLine.exec(line) ?? fail("bad sample");
    const base = types.get(family) === "histogram" ? metric!.replace(/_(bucket|sum|count)$/, "") : metric;
    if (base !== family) fail("a sample outside its family");
    const names = [...(labels ?? "").matchAll(new RegExp(label, "g"))].map(([pair]) => pair.split("=")[0]);
    if (new Set(names).size !== names.length) fail("a label twice");
    if (samples.has(key!)) fail("a sample twice");
    const number = Number(value!.replace("Inf", "Infinity"));
    if (types.get(family) === "counter" && !(number >= 0)) fail("a negative counter");
    samples.set(key!, number);
  }
  checkHistograms({ types, samples });
  return { types, samples };
}

/** Buckets ascend, end with +Inf, and agree with the count. */
function checkHistograms({ types, samples }: Read): void {
  for (const [metric, type] of types) {
    if (type !== "histogram") continue;
    const open = new Map<string, { le: number; count: number }>();
    for (const [key, count] of samples) {
      const bucket = /^(.*)_bucket\{(.*?),?le="([^"]+)"\}$/.exec(key);
      if (bucket === null || bucket[1] !== metric) continue;
      const series = bucket[2]!;
      const le = Number(bucket[3]!.replace("Inf", "Infinity"));
      const last = open.get(series) ?? { le: -Infinity, count: 0 };
      if (le <= last.le || count < last.count) throw new Error(`buckets out of order: ${key}`);
      open.set(series, { le, count });
    }
    if (open.size === 0) throw new Error(`no buckets: ${metric}`);
    for (const [series, { le, count }] of open) {
      const tail = series === "" ? "" : `{${series}}`;
      if (le !== Infinity) throw new Error(`no +Inf bucket: ${metric}${tail}`);
      if (samples.get(`${metric}_count${tail}`) !== count) throw new Error(`count is off: ${metric}${tail}`);
      if (!samples.has(`${metric}_sum${tail}`)) throw new Error(`no sum: ${metric}${tail}`);
    }
  }
}
