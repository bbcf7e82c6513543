// A collector of traces by OTLP over HTTP with protobuf, as far as Lasso's exporter uses it: keeps the spans that it is
// sent. It decodes the wire format itself, from the published schema, so that nothing of the exporter's own judges it.
// https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto

import { Buffer } from "node:buffer";

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** "": it is the first of its trace. */
  readonly parentId: string;
  readonly traceState: string;
  readonly name: string;
  /** 2: server, 3: client. */
  readonly kind: number;
  /** Ns since 1970. */
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 0: unset, 2: error. */
  readonly status: number;
  readonly resource: Readonly<Record<string, string | number>>;
}

type Value = Uint8Array | bigint;

export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = [];
  /** Requests that came, whatever was answered. */
  requests = 0;
  /** Header lines of the last request. */
  headers = new Headers();
  /** What it answers. */
  status = 200;
  readonly #server;

  constructor() {
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
      const body = new Uint8Array(await request.arrayBuffer());
      this.requests++;
      this.headers = request.headers;
      const wanted = new URL(request.url).pathname === "/v1/traces" &&
        request.headers.get("content-type") === "application/x-protobuf";
      if (!wanted) return new Response("not here", { status: 404 });
      if (this.status === 200) this.spans.push(...spansOf(body));
      return new Response(null, {
        status: this.status,
        headers: { "content-type": "application/x-protobuf" },
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

function spansOf(request: Uint8Array): CollectedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const [resource = new Uint8Array()] = messages(resourceSpans, 1);
    const attributes = attributesOf(resource, 1);
    return messages(resourceSpans, 2).flatMap((scope) => messages(scope, 2)).map((span) =>
      spanOf(span, attributes)
    );
  });
}

function spanOf(span: Uint8Array, resource: CollectedSpan["resource"]): CollectedSpan {
  const [status = new Uint8Array()] = messages(span, 15);
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    traceState: text(span, 3),
    parentId: hex(span, 4),
    name: text(span, 5),
    kind: Number(number(span, 6)),
    start: number(span, 7),
    end: number(span, 8),
    attributes: attributesOf(span, 9),
    status: Number(number(status, 3)),
    resource,
  };
}

function attributesOf(message: Uint8Array, field: number): Record<string, string | number> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const [value = new Uint8Array()] = messages(pair, 2);
      return [text(pair, 1), messages(value, 1).length > 0 ? text(value, 1) : Number(number(value, 3))];
    }),
  );
}

function messages(message: Uint8Array, field: number): Uint8Array[] {
  return fieldsOf(message).flatMap(([at, value]) =>
    at === field && value instanceof Uint8Array ? [value] : []
  );
}

function text(message: Uint8Array, field: number): string {
  return new TextDecoder().decode(messages(message, field)[0]);
}

function hex(message: Uint8Array, field: number): string {
  return Buffer.from(messages(message, field)[0] ?? []).toString("hex");
}

function number(message: Uint8Array, field: number): bigint {
  const value = fieldsOf(message).find(([at]) => at === field)?.[1];
  return typeof value === "bigint" ? value : 0n;
}

/** The wire format: varints (0), 64 bits (1), lengths (2), 32 bits (5). */
function fieldsOf(message: Uint8Array): [field: number, value: Value][] {
  const found: [number, Value][] = [];
  const view = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n;; shift += 7n) {
      const byte = view[at++];
      if (byte === undefined) throw new Error("the message ends within a number");
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < view.length) {
    const tag = Number(varint());
    const field = tag >>> 3;
    switch (tag & 7) {
      case 0:
        found.push([field, varint()]);
        break;
      case 1:
        found.push([field, view.readBigUInt64LE(at)]);
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        found.push([field, new Uint8Array(view.subarray(at, at + length))]);
        at += length;
        break;
      }
      case 5:
        found.push([field, BigInt(view.readUInt32LE(at))]);
        at += 4;
        break;
      default:
        throw new Error(`wire type ${tag & 7} is none of the schema's`);
    }
  }
  return found;
}
