// Serves the dashboard: its page at `/` and at the path of each tab, its files under /assets. The files come from
// outside (ui/), are compressed once, and may be kept by browsers as long as their names say what is in them. Who may
// read gets a snapshot of the feed within the page, so that the first picture needs no second request.

import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { brotliCompress, constants, gzipSync } from "node:zlib";
import { FeedFigures } from "./feed_snapshot.ts";
import { adminKind, readProblem } from "./feed_gate.ts";
import type { IncomingRequest } from "./handler.ts";
import type { ResponseWriter } from "./response_writer.ts";
import type { ServerState } from "./state.ts";

export interface DashboardFile {
  /** Below /assets/. */
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export interface DashboardFiles {
  /** Names the files by `/assets/NAME`, and has `<script … id="snapshot">null</script>`. */
  readonly page: string;
  /** Paths of the page beside `/`. */
  readonly paths: readonly string[];
  readonly files: readonly DashboardFile[];
}

/** Loaded with the first request for it; fails where the page was not built. */
export type LoadDashboard = () => Promise<DashboardFiles>;

type Coding = "br" | "gzip" | "identity";

interface Packed {
  readonly type: string;
  readonly bodies: ReadonlyMap<Coding, Uint8Array>;
  readonly etag: string;
}

interface Ready {
  readonly page: string;
  readonly paths: ReadonlySet<string>;
  readonly files: ReadonlyMap<string, Packed>;
}

const brotli = promisify(brotliCompress);
const slot = /(<script type="application\/json" id="snapshot">)\s*null\s*(?=<\/script>)/;
const guards = [
  "content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
  "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options: nosniff",
  "referrer-policy: no-referrer",
  "",
].join("\r\n");

export class Dashboard {
  readonly #state: ServerState;
  readonly #figures: FeedFigures;
  readonly #load: LoadDashboard;
  #ready: Promise<Ready> | null = null;

  constructor(state: ServerState, load: LoadDashboard) {
    this.#state = state;
    this.#figures = new FeedFigures(state);
    this.#load = load;
  }

  /** Is this a request for the page or its files? A program that asks for `/` gets the API's answer there. */
  serves({ head }: IncomingRequest): boolean {
    if (head.method !== "GET" && head.method !== "HEAD") return false;
    if (head.path.startsWith("/assets/")) return true;
    if (head.path !== "/" && !tabPath.test(head.path)) return false;
    return (head.fields.get("accept") ?? "").includes("text/html");
  }

  handle(request: IncomingRequest, response: ResponseWriter): void {
    this.#ready ??= this.#load().then(prepare);
    this.#ready.then((ready) => this.#answer(ready, request, response)).catch((thrown: unknown) => {
      this.#ready = null;
      this.#state.deps.log.write("error", "server.dashboard", { error: thrown });
      if (response.closed) return;
      const text = "The dashboard could not be loaded. From source it is built by `deno task ui`.\n";
      response.send(503, "content-type: text/plain; charset=utf-8\r\n", text);
    });
  }

  #answer(ready: Ready, request: IncomingRequest, response: ResponseWriter): void {
    if (response.closed) return;
    const { head } = request;
    const coding = codingFor(head.fields.get("accept-encoding") ?? "");
    const file = ready.files.get(head.path.slice("/assets/".length));
    if (head.path.startsWith("/assets/") && file !== undefined) {
      return sendFile(file, coding, head.fields.get("if-none-match"), response);
    }
    if (head.path !== "/" && !ready.paths.has(head.path)) {
      return response.send(404, "content-type: text/plain; charset=utf-8\r\n", "There is no such page.\n");
    }
    const page = ready.page.replace(slot, (_all, begin: string) => begin + this.#snapshot(request));
    const body = new TextEncoder().encode(page);
    const packed = coding === "identity" ? body : gzipSync(body);
    const coded = coding === "identity" ? "" : "content-encoding: gzip\r\n";
    response.send(
      200,
      `content-type: text/html; charset=utf-8\r\ncache-control: no-store\r\nvary: accept-encoding\r\n${coded}${guards}`,
      packed,
    );
  }

  /** JSON that can't end the element that it stands in. */
  #snapshot(request: IncomingRequest): string {
    const state = this.#state;
    if (readProblem(request, state, "The snapshot") !== null) return "null";
    const data = this.#figures.snapshot(null, adminKind(request, state));
    const message = { type: "snapshot", seq: 0, at: state.deps.clock.wallNow(), data };
    return JSON.stringify(message).replaceAll("<", "\\u003c");
  }
}

const tabPath = /^\/[a-z]+(?:-[a-z]+)*$/;

async function prepare({ page, paths, files }: DashboardFiles): Promise<Ready> {
  const packed = new Map(
    await Promise.all(files.map(async (file) => [file.name, await pack(file)] as const)),
  );
  let named = page;
  for (const [name, { etag }] of packed) {
    named = named.replaceAll(`/assets/${name}`, `/assets/${name}?${etag.slice(1, 13)}`);
  }
  return { page: named, paths: new Set(paths), files: packed };
}

/** The best that there is takes most of a second, once; in a thread of its own, so that no call waits for it. */
async function pack({ type, text }: DashboardFile): Promise<Packed> {
  const bytes = new TextEncoder().encode(text);
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const bodies = new Map<Coding, Uint8Array>([
    ["identity", bytes],
    ["gzip", gzipSync(bytes, { level: 9 })],
    ["br", await brotli(bytes, { params })],
  ]);
  return { type, bodies, etag: `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"` };
}

function sendFile(
  { type, bodies, etag }: Packed,
  coding: Coding,
  known: string | undefined,
  response: ResponseWriter,
): void {
  // The page names files by their content, so what a browser has is good for as long as it likes.
  const kept =
    `etag: ${etag}\r\ncache-control: public, max-age=31536000, immutable\r\nvary: accept-encoding\r\n`;
  if (known === etag) return response.send(304, kept, "");
  const coded = coding === "identity" ? "" : `content-encoding: ${coding}\r\n`;
  response.send(200, `content-type: ${type}\r\n${kept}${coded}${guards}`, bodies.get(coding)!);
}

function codingFor(accepted: string): Coding {
  const names = new Set(accepted.split(",").map((part) => part.trim().toLowerCase()));
  return names.has("br") ? "br" : names.has("gzip") ? "gzip" : "identity";
}
