// The sections `server` and `observability`.

import { z } from "zod";
import { observabilityDefaults as seen, serverDefaults as preset } from "./defaults.ts";
import {
  count,
  duration,
  key,
  name,
  positiveDuration,
  section,
  share,
  size,
  text,
  wholeNumber,
} from "./schema_types.ts";

const origin = z.string().regex(
  /^(\*|[a-z][a-z0-9+.-]*:\/\/[^/\s]+)$/,
  'must be "*" or an origin such as "https://app.example.com", without a path',
);

const ws = z.strictObject({
  queue: key(
    size,
    "What may wait for a client that reads slowly; beyond it its socket is closed with 1013.",
    preset.ws.queue,
  ),
  max_frame: key(
    size,
    "Largest message that is taken from a client; above it its socket is closed with 1009.",
    preset.ws.max_frame,
  ),
  max_in_flight: key(
    count,
    "Most calls of one socket under way at once; above it JSON-RPC error -32008.",
    preset.ws.max_in_flight,
  ),
  max_subscriptions: key(count, "Most subscriptions of one socket.", preset.ws.max_subscriptions),
  ping: key(
    positiveDuration,
    "Time between pings; a client from which nothing comes between two of them is gone.",
    preset.ws.ping,
  ),
  idle_timeout: key(
    positiveDuration,
    "A socket without a message from its client and without a subscription is closed after this long.",
    preset.ws.idle_timeout,
  ),
});

const adminToken = z.string().min(1, {
  error: "must not be empty: leave it out, and only this machine may read and change",
  abort: true,
}).regex(
  /^[\x21-\x7e]+$/,
  "must be printable ASCII without spaces: it travels in a header",
);

export const serverSchema = z.strictObject({
  host: key(
    text.regex(/^[^\s\/]+$/, "must be a name or an address, without blanks"),
    "Address to listen on. 127.0.0.1: this machine only; 0.0.0.0 or ::: everywhere.",
    preset.host,
  ),
  port: key(z.int().min(0).max(65535), "TCP port to listen on; 0 takes a free one.", preset.port),
  region: key(name, "Name of the place this runs in: measurements are kept per region.", preset.region),
  data_dir: key(
    text.nullable(),
    "Folder for history, snapshots and reports, relative to this file. null keeps all in memory, and less of it.",
    preset.data_dir,
  ),
  max_body: key(size, "Largest request body; above it HTTP 413.", preset.max_body),
  max_batch: key(count, "Most requests in one batch; above it HTTP 413.", preset.max_batch),
  max_in_flight: key(
    count,
    "Most calls under way at once; above it JSON-RPC error -32008 with Retry-After.",
    preset.max_in_flight,
  ),
  buffer_before_commit: key(
    size,
    "An answer is held back up to this size, so that failover stays possible; beyond it it is streamed.",
    preset.buffer_before_commit,
  ),
  max_response: key(size, "Largest answer that is taken from a provider.", preset.max_response),
  header_timeout: key(
    positiveDuration,
    "Time a client has to send a request's headers.",
    preset.header_timeout,
  ),
  idle_timeout: key(
    positiveDuration,
    "A client's connection is closed after this long without a request.",
    preset.idle_timeout,
  ),
  drain_timeout: key(
    duration,
    "Time that requests under way get to finish at shutdown.",
    preset.drain_timeout,
  ),
  tls: key(
    z.strictObject({
      cert: text.meta({ description: "PEM file of the certificate chain, relative to this file." }),
      key: text.meta({ description: "PEM file of the private key, relative to this file." }),
    }).nullable(),
    "Certificate and key for HTTPS. Left out: plain HTTP.",
  ),
  cors: section(
    z.strictObject({
      origins: key(
        z.array(origin),
        'Origins whose pages may call this router; "*" is every one, an empty list none.',
        preset.cors.origins,
      ),
    }),
    "What browsers are told about calls from other origins.",
  ),
  ws: section(ws, "Limits of each client's WebSocket."),
  admin_token: key(
    adminToken.nullable(),
    "Secret that lets other machines read status, metrics and the API. Left out: this machine only.",
  ),
  public_reads: key(
    z.boolean(),
    "Let other machines read status, metrics and the API without a token.",
    preset.public_reads,
  ),
});

export const observabilitySchema = z.strictObject({
  log_level: key(
    z.enum(["debug", "info", "warn", "error", "off"]),
    "Least severe log line that is written.",
    seen.log_level,
  ),
  include_params_digest: key(
    z.boolean(),
    "Log the SHA-256 of each call's params (never the params).",
    seen.include_params_digest,
  ),
  max_error_message_chars: key(
    wholeNumber,
    "Error messages in logs are cut to this many characters.",
    seen.max_error_message_chars,
  ),
  max_meta_header_bytes: key(
    wholeNumber,
    "X-Lasso-Meta is left out of an answer when it would be longer than this.",
    seen.max_meta_header_bytes,
  ),
  sampling: section(
    z.strictObject({
      rate: key(
        share,
        "Share of successful requests that are logged, 0 to 1; failures always are.",
        seen.sampling.rate,
      ),
    }),
    "Which requests are logged.",
  ),
});
