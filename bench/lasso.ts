// Lasso as a user starts it: `lasso serve --config FILE`, every feature at its default, its log into a file. The
// log is emptied between rounds, so that a long run does not fill the disk.

import { freePorts, untilListening } from "./ports.ts";
import type { Stage, Started } from "./stage.ts";

export interface LassoOptions {
  readonly upstreamUrl: string;
  /** The provider's WebSocket endpoint. */
  readonly wsUrl?: string;
  /** PEM text of the CA to trust for an https upstream. */
  readonly ca?: string;
}

export interface Lasso {
  readonly port: number;
  /** Where JSON-RPC goes. */
  readonly url: string;
  readonly process: Started;
  emptyLog(): Promise<void>;
  /** Throws when a request since the start had another outcome than a result. */
  checkOutcomes(): Promise<void>;
}

/** How the program is started: arguments of the deno command. */
export type LassoProgram = readonly string[];

const root = new URL("../", import.meta.url).pathname;

export const fromSource: LassoProgram = ["run", "-A", `${root}main.ts`];

/** null when there is no bundle. */
export async function fromBundle(): Promise<LassoProgram | null> {
  const file = `${root}dist/lasso.js`;
  try {
    await Deno.stat(file);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
  return ["run", "-A", "--no-remote", "--no-npm", "--no-config", file];
}

/** A config of one's own: its whole text. */
export type ConfigText = (port: number) => string;

export function lassoConfig(
  port: number,
  options: { readonly upstreamUrl: string; readonly wsUrl?: string; readonly caFile?: string },
): string {
  const ws = options.wsUrl === undefined ? "" : `\n        ws_url: "${options.wsUrl}"`;
  const tls = options.caFile === undefined ? "" : `\n        tls: { ca: "${options.caFile}" }`;
  return `server: { port: ${port} }
chains:
  ethereum:
    chain_id: 1
    providers:
      - id: upstream
        url: "${options.upstreamUrl}"${ws}${tls}
`;
}

let started = 0;

/** Writes the config and gives what starts it; for figures that time the start itself. */
export async function prepareLasso(
  stage: Stage,
  options: LassoOptions | ConfigText,
  program: LassoProgram = fromSource,
): Promise<{ readonly port: number; readonly url: string; start(): Lasso }> {
  const [port] = await freePorts(1) as [number];
  const name = `lasso-${++started}`;
  const text = typeof options === "function" ? options(port) : await usualConfig(stage, name, port, options);
  const config = await stage.file(`${name}.yaml`, text);
  const log = await stage.file(`${name}.log`, "");
  const base = `http://127.0.0.1:${port}`;
  const url = `${base}/rpc/ethereum`;
  return {
    port,
    url,
    start: () => ({
      port,
      url,
      process: stage.start(name, Deno.execPath(), [...program, "serve", "--config", config], log),
      emptyLog: () => Deno.truncate(log),
      checkOutcomes: () => checkOutcomes(base),
    }),
  };
}

async function usualConfig(stage: Stage, name: string, port: number, options: LassoOptions): Promise<string> {
  const { ca, ...values } = options;
  if (ca === undefined) return lassoConfig(port, values);
  return lassoConfig(port, { ...values, caFile: await stage.file(`${name}-ca.pem`, ca) });
}

export async function startLasso(stage: Stage, options: LassoOptions | ConfigText): Promise<Lasso> {
  const lasso = (await prepareLasso(stage, options)).start();
  await untilListening(lasso.port, lasso.process);
  return lasso;
}

async function checkOutcomes(base: string): Promise<void> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const wrong = badOutcomes(text);
  if (wrong.length > 0) throw new Error(`Lasso gave other answers than results: ${wrong.join("; ")}`);
}

/**
 * Lines of a scrape that count requests with another outcome than a result. `cancelled` is no fault: a load generator
 * that stops leaves calls under way. Throws when the scrape counts no requests at all.
 */
export function badOutcomes(scrape: string): string[] {
  const lines = scrape.split("\n").filter((line) => line.startsWith("lasso_requests_total{"));
  if (lines.length === 0) throw new Error("Lasso's /metrics shows no lasso_requests_total");
  return lines.filter((line) => !/outcome="(?:ok|cancelled)"/.test(line) && !line.endsWith(" 0"));
}
