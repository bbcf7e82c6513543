// The Prometheus text exposition format, version 0.0.4, written by hand: families in order, each with HELP and TYPE,
// names and label names checked once, label values escaped. Called on scrape only, never by hot code.
// Format: https://prometheus.io/docs/instrumenting/exposition_formats/

import { LassoError } from "../errors.ts";
import type { FixedHistogram } from "./fixed_histogram.ts";

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

/** Adds one line to a family. `labels`: what `labelText` gives, joined by commas; empty: none. */
export type AddLine = (labels: string, value: number) => void;

/** The same for a histogram, whose lines it writes. */
export type AddHistogram = (labels: string, histogram: FixedHistogram) => void;

/** Collects the text of one scrape. A family without a sample is left out: a HELP alone tells nobody anything. */
export class Exposition {
  #text = "";

  counter(name: string, help: string, samples: Iterable<Sample>): void {
    this.#samples(name, help, "counter", samples);
  }

  gauge(name: string, help: string, samples: Iterable<Sample>): void {
    this.#samples(name, help, "gauge", samples);
  }

  /** A counter of many series: `write` adds them with labels as text, part of which several series share. */
  counterLines(name: string, help: string, write: (add: AddLine) => void): void {
    this.#family(name, help, "counter", write);
  }

  histogram(name: string, help: string, write: (add: AddHistogram) => void): void {
    let text = "";
    write((labels, histogram) => {
      const counts = histogram.cumulative();
      const total = counts[counts.length - 1]!;
      const bucket = `${name}_bucket{${labels}${labels === "" ? "" : ","}le="`;
      const all = labels === "" ? "" : `{${labels}}`;
      const { bounds } = histogram;
      for (let index = 0; index < bounds.length; index++) {
        text += `${bucket}${numberText(bounds[index]!)}"} ${counts[index]}\n`;
      }
      text += `${bucket}+Inf"} ${total}\n${name}_sum${all} ${numberText(histogram.sumSeconds)}\n`;
      text += `${name}_count${all} ${total}\n`;
    });
    if (text !== "") this.#text += head(name, help, "histogram") + text;
  }

  /** Everything so far; ends with a line end. */
  get text(): string {
    return this.#text;
  }

  #samples(name: string, help: string, type: string, samples: Iterable<Sample>): void {
    this.#family(name, help, type, (add) => {
      for (const { labels, value } of samples) add(labels === undefined ? "" : labelText(labels), value);
    });
  }

  #family(name: string, help: string, type: string, write: (add: AddLine) => void): void {
    let text = "";
    write((labels, value) => {
      text += labels === "" ? `${name} ${numberText(value)}\n` : `${name}{${labels}} ${numberText(value)}\n`;
    });
    if (text !== "") this.#text += head(name, help, type) + text;
  }
}

/** `chain="ethereum",provider="alchemy"`; "" where there is none. */
export function labelText(labels: Labels): string {
  let text = "";
  for (const label in labels) {
    if (text !== "") text += ",";
    text += `${label}="${escapeLabel(labels[label]!)}"`;
  }
  return text;
}

function head(name: string, help: string, type: string): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return `# HELP ${name} ${escaped}\n# TYPE ${name} ${type}\n`;
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
