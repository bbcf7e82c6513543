// Wires OpenTelemetry: whether calls leave spans, and where these go, as the standard environment says. Used by `serve`
// and start_router.ts. Without a collector in the environment nothing is loaded and nothing is done.

import { type Clock, sleep } from "../core/clock.ts";
import { LassoError, messageOf } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Meter } from "../core/measure/meter.ts";
import { attemptFailed, callFailed } from "../core/measure/outcomes.ts";
import type { Random } from "../core/random.ts";
import { maskText } from "../core/redact.ts";
import type { Router } from "../core/routing/router.ts";
import type { Exporter } from "../core/tracing/otlp.ts";
import { samplerOf } from "../core/tracing/sampler.ts";
import { SpanQueue } from "../core/tracing/span_queue.ts";
import { SpanTracer, type UpstreamAddress } from "../core/tracing/span_tracer.ts";
import type { Tracer } from "../core/tracing/tracer.ts";

export interface TracingSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly meter: Meter;
  readonly version: string;
  /** "": not given. */
  readonly region: string;
  /** The one in force at that time; null before there is one. */
  router(): Router | null;
}

export interface TracingPart extends AsyncDisposable {
  readonly tracer: Tracer;
}

export type StartTracing = (surroundings: TracingSurroundings) => Promise<TracingPart>;

type Env = (name: string) => string | undefined;

const closeWithinMs = 2_000;
const protocol = "http/protobuf";

/** null: the environment names no collector, or says that there be no traces. Throws a `config` error for nonsense. */
export function tracingFrom(env: Env): StartTracing | null {
  const read = (name: string): string | undefined => {
    const value = env(name)?.trim();
    return value === "" ? undefined : value;
  };
  const endpoint = read("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") ?? read("OTEL_EXPORTER_OTLP_ENDPOINT");
  if (endpoint === undefined || read("OTEL_SDK_DISABLED")?.toLowerCase() === "true") return null;
  if (read("OTEL_TRACES_EXPORTER") === "none") return null;
  const wanted = read("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") ?? read("OTEL_EXPORTER_OTLP_PROTOCOL") ??
    protocol;
  if (wanted !== protocol) {
    throw new LassoError("config", `OTEL_EXPORTER_OTLP_PROTOCOL is ${JSON.stringify(wanted)}`, {
      hint: `Lasso sends ${protocol} (port 4318 of a collector): write that, or leave it out.`,
    });
  }
  checkEndpoint(endpoint);
  const sampler = samplerOf(read("OTEL_TRACES_SAMPLER"), read("OTEL_TRACES_SAMPLER_ARG"));
  const maxWaiting = count(read, "OTEL_BSP_MAX_QUEUE_SIZE", 2_048);
  const sizes = {
    maxWaiting,
    maxBatch: Math.min(maxWaiting, count(read, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512)),
    delayMs: count(read, "OTEL_BSP_SCHEDULE_DELAY", 5_000),
  };
  return async (surroundings) => {
    const { openOtlp } = await import("../core/tracing/otlp.ts");
    const { version, region } = surroundings;
    const exporter = openOtlp({
      "service.name": "lasso",
      "service.version": version,
      ...(region === "" ? {} : { "lasso.region": region }),
    });
    return makeTracing(exporter, sizes, sampler, surroundings);
  };
}

function makeTracing(
  exporter: Exporter,
  sizes: { readonly maxWaiting: number; readonly maxBatch: number; readonly delayMs: number },
  sampler: ReturnType<typeof samplerOf>,
  { clock, random, log, meter, router }: TracingSurroundings,
): TracingPart {
  const queue = new SpanQueue({
    ...{ clock, ...sizes },
    post: (spans) => exporter.post(spans),
    told: (problem) => {
      if (problem === null) log.write("info", "tracing.recovered", {});
      else log.write("warn", "tracing.problem", { message: maskText(messageOf(problem)) });
    },
  });
  meter.counter("lasso_trace_spans_total", "Spans of traces, by what became of them.", () => [
    { labels: { result: "exported" }, value: queue.counts.exported },
    { labels: { result: "failed" }, value: queue.counts.failed },
    { labels: { result: "dropped" }, value: queue.counts.dropped },
  ]);
  const addresses = new Addresses();
  const tracer = new SpanTracer({
    ...{ clock, random, sampler },
    sink: (span) => queue.add(span),
    ...{ attemptFailed, callFailed },
    addressOf: (chain, provider, transport) => addresses.of(router(), chain, provider, transport),
  });
  return {
    tracer,
    [Symbol.asyncDispose]: async () => {
      await queue.close(closeWithinMs);
      const waited = new AbortController();
      await Promise.race([exporter.close().catch(() => {}), sleep(clock, closeWithinMs, waited.signal)]);
      waited.abort();
    },
  };
}

/** Host and port of providers, without path, query and user, which may be secret; made once for each URL. */
class Addresses {
  readonly #known = new Map<string, UpstreamAddress | null>();

  of(
    router: Router | null,
    chain: string,
    provider: string,
    transport: "http" | "ws",
  ): UpstreamAddress | null {
    const settings = router?.route(chain)?.chain.providers.find(({ id }) => id === provider)?.settings;
    const url = (transport === "ws" ? settings?.wsUrl : settings?.url) ?? null;
    if (url === null) return null;
    let address = this.#known.get(url);
    if (address === undefined) this.#known.set(url, address = addressIn(url));
    return address;
  }
}

function addressIn(url: string): UpstreamAddress | null {
  if (!URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  const standard = protocol === "https:" || protocol === "wss:" ? 443 : 80;
  return { host: hostname, port: port === "" ? standard : Number(port) };
}

function checkEndpoint(endpoint: string): void {
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return;
  throw new LassoError("config", "OTEL_EXPORTER_OTLP_ENDPOINT is no URL of http or https", {
    hint: "Write the collector's address, for instance http://127.0.0.1:4318.",
  });
}

function count(read: Env, name: string, otherwise: number): number {
  const text = read(name);
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new LassoError("config", `${name} is ${JSON.stringify(text)}, which is no whole number above 0`, {
    hint: `Leave it out for ${otherwise}.`,
  });
}
