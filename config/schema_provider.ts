// One upstream provider. All keys but `id`, `url` and `ws_url` may also stand under `provider` in `defaults` or in a chain.

import { z } from "zod";
import { categories } from "../core/rpc/category.ts";
import { providerDefaults as preset } from "./defaults.ts";
import { count, key, methodPattern, name, pluginId, rate, section, text } from "./schema_types.ts";

const amount = z.number().min(0);

/** Categories that an upstream's answer can have; the other two are Lasso's own. */
const ruleCategories = categories.filter((category) => category !== "cancelled" && category !== "overloaded");

/** Headers that frame the message or belong to the transport: set twice they would break it. */
const ownHeaders: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headerName = z.string()
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, "must be a header name (RFC 9110 token)")
  .refine(
    (header) => !ownHeaders.has(header.toLowerCase()),
    "is set by the transport itself and can't be given",
  );

const headerValue = z.string().regex(
  /^([\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?)?$/,
  "must be printable ASCII without a line break or a space at its ends",
);

const errorRule = z.strictObject({
  message: key(text, "Text found anywhere in the error's message or data, whatever its case."),
  code: key(z.int(), "JSON-RPC error code."),
  status: key(z.int().min(100).max(599), "HTTP status."),
  category: z.enum(ruleCategories).meta({
    description: "What such an error means; docs/config.md lists the categories.",
  }),
}).refine(
  (rule) => rule.message !== undefined || rule.code !== undefined || rule.status !== undefined,
  "needs at least one of message, code and status",
);

const tls = z.strictObject({
  ca: key(text, "PEM file of the certificate authority to trust, relative to this file."),
  cert: key(text, "PEM file of the client certificate, relative to this file."),
  key: key(text, "PEM file of the client certificate's key, relative to this file."),
}).refine(
  (files) => (files.cert === undefined) === (files.key === undefined),
  "cert and key must be given together",
);

const cost = z.strictObject({
  per_call: key(amount, "Units of the provider's own accounting that a call costs.", preset.cost.per_call),
  methods: section(
    z.record(methodPattern, amount),
    'Units for single methods, by name or by beginning ("debug_*").',
  ),
  usd_per_million: key(amount.nullable(), "US dollars per million units."),
  monthly_quota: key(amount.nullable(), "Units included per calendar month (UTC)."),
});

const providerKeys = {
  type: key(
    z.enum(["public", "paid"]),
    "public or paid: the strategy cheapest takes public ones first.",
    preset.type,
  ),
  priority: key(
    z.number(),
    "Lower is preferred by the strategy priority; equal ones in the order of the file.",
    preset.priority,
  ),
  group: key(z.enum(["main", "fallback"]), "fallback serves only when no main provider can.", preset.group),
  private: key(z.boolean(), "true: nothing is broadcast to it unless a request pins it.", preset.private),
  headers: section(
    z.record(headerName, headerValue),
    "Extra headers of each request to it. Never shown anywhere.",
  ),
  rate_limit: key(
    rate.nullable(),
    'Calls that are sent to it at most: "300/s", "600/m" (or /min), "5000/h". Left out: no limit of ours.',
  ),
  cost: section(cost, "What calls cost, for the strategy cheapest and for reports."),
  archive: key(
    z.boolean().nullable(),
    "Does it keep the state of old blocks? Left out: learnt from its answers.",
  ),
  methods: section(
    z.strictObject({
      allow: key(z.array(methodPattern).nullable(), "Only these methods are sent to it. Left out: all."),
      deny: key(z.array(methodPattern), "These methods are never sent to it.", preset.methods.deny),
    }),
    'Which methods it gets, by name or by beginning ("debug_*").',
  ),
  limits: section(
    z.strictObject({
      get_logs_range: key(
        count.nullable(),
        "Most blocks in one eth_getLogs. Left out: learnt from its answers.",
      ),
    }),
    "Known limits of the provider.",
  ),
  error_rules: key(
    z.array(errorRule),
    "What errors of this provider mean, asked before everything else.",
    preset.error_rules,
  ),
  transport: key(
    pluginId,
    "How it is spoken to: http, fetch, or the id of a plugin. One that speaks WebSocket serves ws_url, all others url.",
    preset.transport,
  ),
  tls: section(tls, "A private certificate authority, or a client certificate."),
};

export const providerKeysSchema = z.strictObject(providerKeys);

export const providerSchema = z.strictObject({
  id: name.meta({
    description: "Name of the provider, unique in its chain; stands in URLs, logs and metrics.",
  }),
  url: z.string().refine((url) => URL.canParse(url), "must be a whole URL such as https://host/path").meta({
    description:
      "Endpoint. May hold a key; user and password in it mean basic auth. Shown only as scheme and host.",
  }),
  ws_url: key(
    z.string().refine((url) => URL.canParse(url), "must be a whole URL such as wss://host/path")
      .refine((url) => !URL.canParse(url) || /^wss?:\/\//i.test(url), "must begin with ws:// or wss://"),
    "WebSocket endpoint of the same provider: subscriptions, and calls where it is faster. As secret as url.",
  ),
  ...providerKeys,
});
