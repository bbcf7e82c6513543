import assert from "node:assert/strict";
import type { TransportPlugin } from "../../core/plugins/transport.ts";
import fetchTransport from "../../transports/fetch.ts";
import httpTransport from "../../transports/http.ts";
import { NastyServer } from "../support/nasty_server.ts";
import { ask, testCall, testDeps, testTarget } from "../support/transport_probe.ts";

const headers = `traceparent: 00-${"a".repeat(32)}-${"b".repeat(16)}-01\r\ntracestate: x=1,y=2\r\n`;

for (const plugin of [httpTransport, fetchTransport] as readonly TransportPlugin[]) {
  Deno.test(`${plugin.id}.send() sends a call's own header lines with that call alone`, async () => {
    await using server = await NastyServer.start();
    await using transport = plugin.create({}, testTarget(server.url("ok")), testDeps());
    for (const more of [{}, { headers }, { headers: "" }]) await ask(transport, testCall(more));
    const traces = server.requests.map(({ head }) => head.toLowerCase().match(/^trace\w+: .*$/gm) ?? []);
    assert.deepEqual(traces.map((lines) => lines.toSorted()), [
      [],
      headers.trimEnd().split("\r\n"),
      [],
    ]);
    assert.deepEqual(new Set(server.requests.map(({ body }) => body)), new Set([testCall().body]));
  });
}
