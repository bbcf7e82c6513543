// Which calls are recorded: the samplers that OTEL_TRACES_SAMPLER may name. A ratio is decided from the trace id, so
// that every service with the same ratio records the same traces. Pure; asked once per client call.
// https://opentelemetry.io/docs/specs/otel/trace/sdk/#sampling

import { LassoError } from "../errors.ts";
import type { ParentSpan } from "./tracer.ts";

/** `traceId`: the parent's where there is one. */
export type Sampler = (parent: ParentSpan | null, traceId: string) => boolean;

const names = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** `name` undefined: parentbased_always_on; `arg`: the ratio, default 1. Throws a `config` error for what it can't be. */
export function samplerOf(name: string | undefined, arg: string | undefined): Sampler {
  const known = names.find((each) => each === (name ?? "parentbased_always_on"));
  if (known === undefined) {
    throw new LassoError(
      "config",
      `OTEL_TRACES_SAMPLER is ${JSON.stringify(name)}, which Lasso does not know`,
      {
        hint: `Write one of ${names.join(", ")}.`,
      },
    );
  }
  const byParent = known.startsWith("parentbased_");
  const root = rootSampler(known.replace("parentbased_", ""), arg);
  return byParent
    ? (parent, traceId) => parent?.sampled ?? root(traceId)
    : (_parent, traceId) => root(traceId);
}

function rootSampler(name: string, arg: string | undefined): (traceId: string) => boolean {
  if (name === "always_on") return () => true;
  if (name === "always_off") return () => false;
  const ratio = Number(arg ?? "1");
  if (!(ratio >= 0 && ratio <= 1) || arg === "") {
    throw new LassoError("config", `OTEL_TRACES_SAMPLER_ARG is ${JSON.stringify(arg)}, which is no ratio`, {
      hint: "Write a number from 0 to 1.",
    });
  }
  // The last 7 bytes, which are random by W3C Trace Context level 2.
  const bound = ratio * 2 ** 56;
  return (traceId) => parseInt(traceId.slice(18, 25), 16) * 2 ** 28 + parseInt(traceId.slice(25), 16) < bound;
}
