// The figures of one workload, counted while it runs: outcomes, and histograms of latency (done − planned), service time
// (done − sent) and lateness (sent − planned), the first also by method. Requests of the warm-up are left out.

import type { CallOutcome } from "../model/record.ts";
import { LatencyHistogram } from "./latency_histogram.ts";

export interface EncodedFigures {
  readonly workload: string;
  readonly planned: number;
  readonly started: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly latency: string;
  readonly service: string;
  readonly lateness: string;
  readonly byMethod: Readonly<Record<string, string>>;
}

export class WorkloadFigures {
  readonly workload: string;
  /** Calls in the plan; 0: the closed model has no number. */
  planned = 0;
  /** Of the warm-up too. */
  started = 0;
  readonly outcomes: Record<CallOutcome, number> = { result: 0, error: 0, timeout: 0, broken: 0 };
  latency = new LatencyHistogram();
  service = new LatencyHistogram();
  lateness = new LatencyHistogram();
  readonly byMethod = new Map<string, LatencyHistogram>();

  constructor(workload: string) {
    this.workload = workload;
  }

  /** Times in µs from time 0. */
  add(method: string, plannedUs: number, sentUs: number, doneUs: number, outcome: CallOutcome): void {
    if (plannedUs < 0) return;
    this.outcomes[outcome]++;
    this.latency.add(doneUs - plannedUs);
    this.service.add(doneUs - sentUs);
    this.lateness.add(sentUs - plannedUs);
    let own = this.byMethod.get(method);
    if (own === undefined) this.byMethod.set(method, own = new LatencyHistogram());
    own.add(doneUs - plannedUs);
  }

  encode(): EncodedFigures {
    return {
      workload: this.workload,
      planned: this.planned,
      started: this.started,
      outcomes: { ...this.outcomes },
      latency: this.latency.encode(),
      service: this.service.encode(),
      lateness: this.lateness.encode(),
      byMethod: Object.fromEntries([...this.byMethod].map(([name, own]) => [name, own.encode()])),
    };
  }

  /** Of what `encode` gave. */
  static decode(from: EncodedFigures): WorkloadFigures {
    const figures = new WorkloadFigures(from.workload);
    figures.planned = from.planned;
    figures.started = from.started;
    Object.assign(figures.outcomes, from.outcomes);
    figures.latency = LatencyHistogram.decode(from.latency);
    figures.service = LatencyHistogram.decode(from.service);
    figures.lateness = LatencyHistogram.decode(from.lateness);
    for (const [name, own] of Object.entries(from.byMethod)) {
      figures.byMethod.set(name, LatencyHistogram.decode(own));
    }
    return figures;
  }
}
