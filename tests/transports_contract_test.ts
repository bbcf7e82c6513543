// Runs the contract of transports for the built-in ones, and for what `lasso plugin new transport` writes.

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pluginNew } from "../cli/plugin_new.ts";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import fetchTransport from "../transports/fetch.ts";
import httpTransport from "../transports/http.ts";
import { bufferIo } from "./support/buffer_io.ts";
import { type Skips, transportContract } from "./transports_contract.ts";

transportContract("http", httpTransport);

const lenient = "the platform's parser lets it pass";
const byFetch: Skips = {
  "fails with reset in the body": "fetch does not tell a reset from an early end there",
  "fails with malformed on a broken chunk size": "fetch does not tell it from an early end",
  "fails with malformed on a length beside chunked": lenient,
  "fails with malformed on lines without CR": lenient,
  "fails with malformed on endless interim answers": "fetch swallows them and waits on",
  "fails with malformed on a head beyond 64 KB": "the platform's limit is larger",
};
transportContract("fetch", fetchTransport, byFetch);

const folder = await Deno.makeTempDir();
const written = await pluginNew(["transport", "starter", "--dir", folder], bufferIo());
if (written !== 0) throw new Error("`lasso plugin new` wrote no starter.");
const starter = await import(pathToFileURL(join(folder, "starter.ts")).href) as { default: TransportPlugin };
await Deno.remove(folder, { recursive: true });
transportContract("plugin new transport", starter.default, byFetch);
