// Runs the contract of transports for the built-in ones.

import { pluginNew } from "../cli/plugin_new.ts";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import fetchTransport from "../transports/fetch.ts";
import httpTransport from "../transports/http.ts";
import { bufferIo } from "./support/buffer_io.ts";
import { transportContract } from "./transports_contract.ts";

transportContract("http", httpTransport);

const lenient = "the platform's parser lets it pass";
transportContract("fetch", fetchTransport, {
  "fails with reset in the body": "fetch does not tell a reset from an early end there",
  "fails with malformed on a broken chunk size": "fetch does not tell it from an early end",
  "fails with malformed on a length beside chunked": lenient,
  "fails with malformed on lines without CR": lenient,
  "fails with malformed on endless interim answers": lenient,
  "fails with malformed on a head beyond 64 KB": "the platform's limit is larger",
});

// What `lasso plugin new transport` writes must keep the contract too.
const folder = await Deno.makeTempDir();
await pluginNew(["transport", "starter", "--dir", folder], bufferIo());
const { default: starter } = await import(`file://${folder}/starter.ts`) as { default: TransportPlugin };
await Deno.remove(folder, { recursive: true });
transportContract("plugin new transport", starter, {});
