// The demo's world, a router with the dashboard in front of it, and a Chromium that looks at it: one for all browser
// tests of a file. Pages are watched: what they ask for, what they complain of.

import type { Browser, Page } from "playwright-core";
import { DemoDesk } from "../../battle/demo_controls.ts";
import { type DemoWorld, startDemoWorld } from "../../battle/demo_world.ts";
import { dashboardFiles } from "../../cli/dashboard_files.ts";
import type { RunningRouter } from "../../cli/start_router.ts";
import type { Wiring } from "../../cli/wiring.ts";
import { systemClock } from "../../core/clock.ts";
import { processCpuMs, processMemory } from "../../core/measure/process_figures.ts";
import { silentLog } from "../../core/log.ts";
import { seededRandom } from "../../core/random.ts";
import { launchChromium } from "./chromium.ts";
import { startLasso } from "./start_lasso.ts";

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colours?: "light" | "dark";
  /** Where the router is. Default: the stand's own. */
  readonly at?: string;
}

/** A page, and all that it did. */
export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors, and warnings of the browser: also what the CSP forbade. */
  readonly complaints: readonly string[];
  /** URLs, WebSockets too. */
  readonly requests: readonly string[];
}

export class PageStand implements AsyncDisposable {
  readonly desk: DemoDesk;
  /** The router's data folder. */
  readonly dataDir: string;
  readonly #world: DemoWorld;
  readonly #browser: Browser;
  #router: RunningRouter;

  private constructor(
    world: DemoWorld,
    desk: DemoDesk,
    router: RunningRouter,
    browser: Browser,
    dir: string,
  ) {
    this.#world = world;
    this.desk = desk;
    this.#router = router;
    this.#browser = browser;
    this.dataDir = dir;
  }

  static async open(): Promise<PageStand> {
    await using stack = new AsyncDisposableStack();
    const browser = stack.adopt(await launchChromium(), (one) => one.close());
    const deps = { clock: systemClock, random: seededRandom(7), log: silentLog };
    const world = stack.use(await startDemoWorld(deps));
    const desk = new DemoDesk(world, deps);
    const dir = stack.adopt(await Deno.makeTempDir(), (one) => Deno.remove(one, { recursive: true }));
    const router = await startDemoRouter(world, desk, dir, 0);
    const stand = new PageStand(world, desk, router, browser, dir);
    stack.move();
    await stand.#beginTraffic();
    return stand;
  }

  get router(): RunningRouter {
    return this.#router;
  }

  get url(): string {
    return this.#router.server.url;
  }

  /** The router's config as a file's text. */
  get config(): string {
    return configText(this.#world, this.dataDir, Number(new URL(this.url).port));
  }

  /** No fault, every breaker closed, the usual traffic: what a case left behind is not the next one's fault. */
  async calm(): Promise<void> {
    await this.desk.endFaults(null);
    await this.desk.startTraffic({ kind: "workload", rate: 20 });
    const { overrides, router } = this.#router.server.state;
    for (const route of router.routes) {
      for (const { channels } of route.chain.providers) {
        for (const channel of channels) overrides.reset(route, channel);
      }
    }
  }

  /** The chains of that config. */
  get chains(): DemoWorld["chainsConfig"] {
    return this.#world.chainsConfig;
  }

  /** Another router before the same providers as `lasso serve` starts one: no demo, nothing on disk. */
  async another(
    server: Readonly<Record<string, unknown>>,
    chains: Readonly<Record<string, unknown>> = this.chains,
  ): Promise<RunningRouter> {
    return await startLasso(JSON.stringify({ server, chains }), { wiring });
  }

  /** `data` of an answer of the API. */
  async api<Data>(path: string, body?: unknown, method = body === undefined ? "GET" : "POST"): Promise<Data> {
    const headers = { "content-type": "application/json" };
    const init = method === "GET" ? {} : { method, headers, body: JSON.stringify(body ?? {}) };
    const response = await fetch(`${this.url}${path}`, init);
    const { data, error } = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${error?.message}`);
    return data;
  }

  /** Ends the router, `meanwhile` it is gone, and starts it on the same port. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    const port = Number(new URL(this.url).port);
    await this.desk.stopTraffic();
    await this.#router[Symbol.asyncDispose]();
    await meanwhile();
    this.#router = await startDemoRouter(this.#world, this.desk, this.dataDir, port);
    await this.#beginTraffic();
  }

  /** Looks at a path of the dashboard, once it has drawn something. */
  async look(path: string, options: PageOptions = {}): Promise<WatchedPage> {
    const { width = 1440, height = 1000, colours = "light", at = this.url } = options;
    const page = await this.#browser.newPage({ viewport: { width, height }, colorScheme: colours });
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => {
      const text = message.text();
      // Of answers that are errors we tell more below.
      if (text.startsWith("Failed to load resource")) return;
      if (message.type() === "error" || message.type() === "warning") complaints.push(text);
    });
    page.on("response", (response) => {
      if (response.status() >= 400) complaints.push(`${response.status()} ${response.url()}`);
    });
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("request", (request) => requests.push(request.url()));
    page.on("websocket", (socket) => requests.push(socket.url()));
    await page.goto(`${at}${path}`);
    await page.locator("main .panel").first().waitFor();
    return { page, complaints, requests, [Symbol.asyncDispose]: () => page.close() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.desk[Symbol.asyncDispose]();
    await this.#browser.close();
    await this.#router[Symbol.asyncDispose]();
    await this.#world[Symbol.asyncDispose]();
    await Deno.remove(this.dataDir, { recursive: true });
  }

  async #beginTraffic(): Promise<void> {
    const names = this.#world.chains.map(({ name }) => name);
    await this.desk.begin(new Map(names.map((name) => [name, `${this.url}/rpc/${name}`])));
  }
}

async function startDemoRouter(
  world: DemoWorld,
  desk: DemoDesk,
  dir: string,
  port: number,
): Promise<RunningRouter> {
  return await startLasso(configText(world, dir, port), { admin: { demo: desk }, wiring });
}

/** JSON is YAML; the port stands on a line of its own, as in a config file. */
function configText(world: DemoWorld, dir: string, port: number): string {
  const server = `server:\n  port: ${port}\n  data_dir: ${JSON.stringify(dir)}`;
  return `${server}\nchains: ${JSON.stringify(world.chainsConfig)}`;
}

const wiring: Partial<Wiring> = {
  memory: processMemory,
  cpuMs: processCpuMs,
  dashboard: () => Promise.resolve(dashboardFiles),
};

/** What a page answers to an expression. Waits for nothing. */
export async function inPage<Value>(page: Page, expression: string): Promise<Value> {
  return await page.evaluate(expression) as Value;
}
