// One upstream by three ways: direct, through HAProxy and through Lasso. A figure that sets Lasso beside both measures
// each of them in turn, and fails as a whole where one of them did.

import { messageOf } from "../core/errors.ts";
import { failedFigure, type Figure } from "./figure.ts";
import { startHaproxy } from "./haproxy.ts";
import { startLasso } from "./lasso.ts";
import { alternate, type Path, valuesOf } from "./rounds.ts";
import type { BenchRun } from "./run.ts";
import type { Started } from "./stage.ts";

export const direct = "upstream, direct";
export const haproxy = "HAProxy";
export const lasso = "Lasso";

export interface ThreeWays<T> {
  readonly id: string;
  readonly title: string;
  readonly upstreamPort: number;
  /** `router`: Lasso's process on its own way, else null. */
  path(name: string, url: string, router: Started | null): Path<T>;
  figure(samples: ReadonlyMap<string, readonly T[]>): Figure;
}

export async function threeWays<T>({ stage, options, tell }: BenchRun, what: ThreeWays<T>): Promise<Figure> {
  const { id, title, upstreamPort } = what;
  const upstreamUrl = `http://127.0.0.1:${upstreamPort}`;
  const proxy = await startHaproxy(stage, upstreamPort);
  const router = await startLasso(stage, { upstreamUrl });
  const paths = [
    what.path(direct, `${upstreamUrl}/`, null),
    what.path(haproxy, `http://127.0.0.1:${proxy.port}/`, null),
    what.path(lasso, router.url, router.process),
  ];
  const results = await alternate(paths, options.rounds, tell);
  try {
    const samples = new Map(paths.map(({ name }) => [name, valuesOf(results, name)]));
    await router.checkOutcomes();
    return what.figure(samples);
  } catch (thrown) {
    return failedFigure(id, title, messageOf(thrown));
  } finally {
    await router.process.stop();
  }
}
