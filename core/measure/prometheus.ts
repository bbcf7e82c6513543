// The Prometheus text exposition format, version 0.0.4, written by hand: families in order, each with HELP and TYPE,
// names and label names checked once, label values escaped. Called on scrape only, never by hot code.
// Format: https://prometheus.io/docs/instrumenting/exposition_formats/

import { LassoError } from "../errors.ts";
import type { FixedHistogram } from "./fixed_histogram.ts";

export const expositionContentType = "text/plain; version=0.0.4; charset=utf-8";

export type Labels = Readonly<Record<string, string>>;

/** One line of a counter or gauge. */
export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Throws `internal` when `name` is no metric name of the format. */
export function checkMetricName(name: string): void {
  if (metricName.test(name)) return;
  throw new LassoError("internal", `"${name}" can't be the name of a metric`, {
    hint: "use letters, digits and _ only, and no digit first",
  });
}

/** Collects the text of one scrape. */
export class Exposition {
  #text = "";

  counter(name: string, help: string, samples: Iterable<Sample>): void {
    this.#family(name, help, "counter", samples);
  }

  gauge(name: string, help: string, samples: Iterable<Sample>): void {
    this.#family(name, help, "gauge", samples);
  }

  histogram(name: string, help: string, series: Iterable<readonly [Labels, FixedHistogram]>): void {
    let text = "";
    for (const [labels, histogram] of series) {
      const counts = histogram.cumulative();
      const total = counts[counts.length - 1]!;
      histogram.bounds.forEach((bound, index) => {
        text += line(`${name}_bucket`, { ...labels, le: numberText(bound) }, counts[index]!);
      });
      text += line(`${name}_bucket`, { ...labels, le: "+Inf" }, total);
      text += line(`${name}_sum`, labels, histogram.sumSeconds);
      text += line(`${name}_count`, labels, total);
    }
    if (text !== "") this.#text += head(name, help, "histogram") + text;
  }

  /** Everything so far; ends with a line end. */
  get text(): string {
    return this.#text;
  }

  // A family without a sample is left out: a HELP with nothing below it tells nobody anything.
  #family(name: string, help: string, type: string, samples: Iterable<Sample>): void {
    let text = "";
    for (const sample of samples) text += line(name, sample.labels, sample.value);
    if (text !== "") this.#text += head(name, help, type) + text;
  }
}

function head(name: string, help: string, type: string): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, labels: Labels | undefined, value: number): string {
  let inner = "";
  for (const label in labels) {
    if (inner !== "") inner += ",";
    inner += `${label}="${escapeLabel(labels[label]!)}"`;
  }
  return `${name}${inner === "" ? "" : `{${inner}}`} ${numberText(value)}\n`;
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
