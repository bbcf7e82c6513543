// Spans to a collector by OTLP over HTTP with protobuf, through OpenTelemetry's own exporter, which reads its standard
// environment by itself (endpoint, headers, timeout, compression, certificates). The only file that knows these
// packages; loaded only where a collector is configured, so that all others start without them.

import type { Attributes, HrTime, SpanContext } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { Span } from "./span_tracer.ts";

export interface Exporter {
  /** Rejects where the collector did not take them, after the exporter's own tries. */
  post(spans: readonly Span[]): Promise<void>;
  close(): Promise<void>;
}

const sampledFlag = 1;
/** Numbers of OTLP's SpanKind and StatusCode as the API counts them. */
const kinds = { server: 1, client: 2 } as const;
const unsetStatus = { code: 0 } as const;
const errorCode = 2;

/** `attributes`: of the resource; OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over them. */
export function openOtlp(attributes: Readonly<Record<string, string>>): Exporter {
  const exporter = new OTLPTraceExporter();
  const resource = resourceFromAttributes({ ...attributes }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  const scope = { name: "lasso", version: attributes["service.version"] ?? "" };
  return {
    post: (spans) =>
      new Promise((resolve, reject) =>
        exporter.export(spans.map((span) => readable(span, resource, scope)), ({ code, error }) => {
          if (code === 0) resolve();
          else reject(error ?? new Error("the exporter gave no reason"));
        })
      ),
    close: () => exporter.shutdown(),
  };
}

function readable(
  span: Span,
  resource: Resource,
  instrumentationScope: ReadableSpan["instrumentationScope"],
): ReadableSpan {
  const { traceId, parentId, parentIsRemote } = span;
  const context: SpanContext = { traceId, spanId: span.spanId, traceFlags: sampledFlag };
  const traceState = stateOf(span.state);
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => traceState === null ? context : { ...context, traceState },
    ...(parentId === null ? {} : {
      parentSpanContext: { traceId, spanId: parentId, traceFlags: sampledFlag, isRemote: parentIsRemote },
    }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.endMs),
    duration: hrTime(span.endMs - span.startMs),
    status: span.error === null ? unsetStatus : { code: errorCode, message: span.error },
    attributes: span.attributes as Attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The exporter only writes it out. */
function stateOf(text: string): NonNullable<SpanContext["traceState"]> | null {
  if (text === "") return null;
  const state = { get: () => undefined, set: () => state, unset: () => state, serialize: () => text };
  return state;
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
