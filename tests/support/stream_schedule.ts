// One seeded schedule of faults against the streams: a world drawn from the seed, faults at random moments that
// overlap, clients that come and go, then quiet time until all has healed, and the ledger's verdict. The same seed
// gives the same schedule on any machine; `trace` makes it readable.

import type { LedgerFilter } from "../../battle/simulator/ledger.ts";
import type { Timer } from "../../core/clock.ts";
import { below, type Random, seededRandom } from "../../core/random.ts";
import type { OnGap } from "../../core/settings.ts";
import { StreamWorld, type WorldProvider } from "./fake_stream_world.ts";
import type { FakeUpstream, UpstreamTraits } from "./fake_upstream.ts";
import { addresses, type ChainBlock, topics } from "./stream_chain.ts";
import type { ClientSubscription, StreamClient } from "./stream_client.ts";

/** What a family of schedules has in common; what it leaves open is drawn. */
export interface Theme {
  readonly name: string;
  readonly providers?: readonly number[];
  /** Share of the providers that have a WebSocket endpoint. */
  readonly wsRatio?: number;
  readonly blockTimes?: readonly number[];
  readonly trustBloom?: boolean;
  readonly confirmLogs?: "on_switch" | "always";
  /** Gaps may be announced: the maximum is small. */
  readonly gaps?: boolean;
  /** Actions that this family is about, drawn more often. */
  readonly favours?: readonly ActionName[];
}

export interface ScheduleResult {
  /** Empty: the promise was kept. */
  readonly faults: readonly string[];
  readonly events: number;
  readonly announcedGaps: number;
}

interface Setup {
  readonly theme: Theme;
  readonly random: Random;
  readonly blockTimeMs: number;
  readonly trustBloom: boolean;
  readonly confirmLogs: "on_switch" | "always";
  readonly providers: Readonly<Record<string, WorldProvider>>;
}

type ActionName =
  | "kill"
  | "cut"
  | "stall_events"
  | "stall"
  | "lag"
  | "reorg"
  | "return"
  | "skip_heads"
  | "skip_logs"
  | "duplicates"
  | "slow"
  | "fail"
  | "all_down"
  | "reload"
  | "join"
  | "leave"
  | "unsubscribe"
  | "burst";

const actionNames: readonly ActionName[] = [
  "kill",
  "cut",
  "stall_events",
  "stall",
  "lag",
  "reorg",
  "return",
  "skip_heads",
  "skip_logs",
  "duplicates",
  "slow",
  "fail",
  "all_down",
  "reload",
  "join",
  "leave",
  "unsubscribe",
  "burst",
];

const gapPolicies: readonly (OnGap | null)[] = ["close", "notify", null];

export async function runSchedule(
  theme: Theme,
  seed: number,
  trace?: (line: string) => void,
): Promise<ScheduleResult> {
  const setup = draw(theme, seededRandom(seed));
  const { random } = setup;
  await using world = new StreamWorld({
    providers: setup.providers,
    blockTimeMs: setup.blockTimeMs,
    seed,
    emptyBlooms: !setup.trustBloom,
    chain: { race: { newHeads: 1 + below(random, 3), logs: 1 + below(random, 3) } },
    subscriptions: {
      confirmLogs: setup.confirmLogs,
      onGap: "notify",
      // Where no gap may be announced, nothing must exceed a maximum, however the faults of the schedule add up.
      maxBackfillBlocks: theme.gaps ? 3 + below(random, 6) : 100_000,
      backfillTimeoutMs: theme.gaps ? 2_000 + below(random, 8_000) : 3_600_000,
    },
    ...(trace === undefined ? {} : { trace }),
  });
  const schedule = new Schedule(world, setup);
  await schedule.run();
  return schedule.result();
}

function draw(theme: Theme, random: Random): Setup {
  const pick = <T>(list: readonly T[]): T => list[below(random, list.length)] as T;
  const count = pick(theme.providers ?? [1, 2, 2, 3]);
  const wsRatio = theme.wsRatio ?? 0.8;
  const providers: Record<string, WorldProvider> = {};
  const trustBloom = theme.trustBloom ?? random.next() < 0.7;
  for (let nth = 1; nth <= count; nth++) {
    const traits: Partial<UpstreamTraits> = {
      propagationMs: below(random, 200),
      latencyMs: 5 + below(random, 100),
      jitterMs: pick([0, 0, 30, 300]),
      logsDelayMs: pick([0, 0, 40, -40, 400, -400]),
      spacingMs: pick([0, 0, 3]),
      ackDelayMs: pick([0, 0, 50, 500, 2_000]),
      unknownHash: pick(["error", "empty"]),
      refuses: new Set(random.next() < 0.07 && nth > 1 ? [pick(["newHeads", "logs"])] : []),
      onlyLastHead: random.next() < 0.2,
      tellsRemovals: random.next() < 0.8,
    };
    providers[`p${nth}`] = { ws: random.next() < wsRatio, traits };
  }
  return {
    theme,
    random,
    blockTimeMs: pick(theme.blockTimes ?? [250, 1_000, 2_000, 12_000]),
    trustBloom,
    confirmLogs: theme.confirmLogs ?? pick(["on_switch", "on_switch", "always"]),
    providers,
  };
}

class Schedule {
  readonly #world: StreamWorld;
  readonly #setup: Setup;
  readonly #random: Random;
  readonly #upstreams: readonly FakeUpstream[];
  /** Tips of branches that were left, to go back to. */
  readonly #left: ChainBlock[] = [];
  /** The ends of faults under way. */
  readonly #timers: Timer[] = [];

  constructor(world: StreamWorld, setup: Setup) {
    this.#world = world;
    this.#setup = setup;
    this.#random = setup.random;
    this.#upstreams = [...world.upstreams.values()];
  }

  async run(): Promise<void> {
    const { blockTimeMs, theme } = this.#setup;
    const world = this.#world;
    world.trace(describe(this.#setup));
    world.startMining(() => 0.5 + this.#random.next());
    for (let nth = 1 + below(this.#random, 2); nth > 0; nth--) this.#join();
    await world.advance(2 * blockTimeMs + 1_000);
    const favours = theme.favours ?? [];
    for (let nth = 10 + below(this.#random, 16); nth > 0; nth--) {
      const favoured = favours.length > 0 && this.#random.next() < 0.5;
      await this.#act(this.#pick(favoured ? favours : actionNames));
      await world.advance(this.#random.next() * Math.max(2_000, Math.min(3 * blockTimeMs, 12_000)));
    }
    await this.#quieten();
  }

  result(): ScheduleResult {
    const faults: string[] = [];
    let events = 0;
    let announcedGaps = 0;
    for (const client of this.#world.clients) {
      faults.push(...client.faults.map((fault) => `${client.name}: ${fault}`));
      client.subscriptions.forEach((subscription, index) => {
        const name = `${client.name}, subscription ${index + 1} (${subscription.kind})`;
        events += subscription.entries.length;
        if (subscription.ack === null) {
          if (!client.gone && subscription.refused === null) faults.push(`${name}: never answered`);
          return;
        }
        const report = subscription.check(this.#world.chain.ledger);
        announcedGaps += report.announcedGaps;
        for (
          const kind of ["missing", "duplicates", "outOfOrder", "wrongBranch", "unannouncedGaps"] as const
        ) {
          faults.push(...report[kind].slice(0, 5).map((fault) => `${name}: ${kind}: ${fault}`));
        }
      });
    }
    if (announcedGaps > 0 && this.#setup.theme.gaps !== true) {
      faults.push(`${announcedGaps} gaps were announced, though no maximum was exceeded`);
    }
    return { faults, events, announcedGaps };
  }

  /** No more faults; whoever comes now is served, and all have what they should within four minutes. */
  async #quieten(): Promise<void> {
    const world = this.#world;
    world.stopMining();
    for (const timer of this.#timers) timer.cancel();
    for (const upstream of this.#upstreams) {
      if (upstream.stall === "drop" && !this.#findsLostLogs) upstream.cutWs();
    }
    world.heal();
    let last = this.#newcomer();
    for (let round = 0; round < 40; round++) {
      for (let nth = 0; nth < 3; nth++) {
        world.mine();
        await world.advance(Math.max(1_000, this.#setup.blockTimeMs / 2));
      }
      await world.advance(1_000 + 250 * round);
      const failed = last.gone || last.subscriptions.some(({ refused }) => refused !== null);
      if (failed) last = this.#newcomer();
      if (last.subscriptions.every(({ ack }) => ack !== null) && this.result().faults.length === 0) return;
    }
    if (last.subscriptions.some(({ ack }) => ack === null)) {
      last.faults.push("not served, though all is well");
    }
  }

  /** One who subscribes when all is well again. */
  #newcomer(): StreamClient {
    const client = this.#newClient();
    client.heads();
    client.logs();
    return client;
  }

  async #act(name: ActionName): Promise<void> {
    const upstream = this.#pick(this.#upstreams);
    const { traits } = upstream;
    const world = this.#world;
    const note = (what: string): void => world.trace(`-- ${name} ${what}`);
    switch (name) {
      case "kill": {
        const what = this.#pick(["ws", "http", "both"]);
        note(`${what} of ${upstream.id}`);
        if (what !== "http") upstream.killWs();
        if (what !== "ws") upstream.killHttp();
        return this.#later(
          this.#duration(),
          () => (upstream.httpUp = upstream.wsUp = true, note(`of ${upstream.id} is over`)),
        );
      }
      case "cut":
        note(upstream.id);
        return upstream.cutWs();
      case "stall_events": {
        const mode = this.#pick(["hold", "drop"] as const);
        if (upstream.stall !== "none") return;
        note(`${mode} of ${upstream.id}`);
        upstream.stall = mode;
        return this.#later(this.#duration(), () => {
          note(`of ${upstream.id} is over`);
          // Where nothing tells of lost logs, the loss must show as a lost connection.
          if (mode === "drop" && !this.#findsLostLogs) upstream.cutWs();
          upstream.unstall();
        });
      }
      case "stall":
        note(upstream.id);
        upstream.stalled = true;
        return this.#later(this.#duration(), () => {
          note(`of ${upstream.id} is over`);
          upstream.wake();
        });
      case "lag":
        traits.lagBlocks = 1 + below(this.#random, 12);
        note(`of ${upstream.id} by ${traits.lagBlocks}`);
        return this.#later(this.#duration(), () => {
          note(`of ${upstream.id} is over`);
          traits.lagBlocks = 0;
          upstream.follow();
        });
      case "reorg": {
        const depth = 1 + below(this.#random, 12);
        this.#left.push(world.chain.tip);
        return world.reorg(depth, depth + below(this.#random, 3));
      }
      case "return": {
        const tip = this.#left.pop();
        if (tip === undefined || tip.number < world.chain.tip.number - 12) return;
        const more = Math.max(0, world.chain.tip.number - tip.number) + below(this.#random, 2);
        this.#left.push(world.chain.tip);
        world.chain.returnTo(tip, more);
        return note(`to ${tip.number} ${tip.hash.slice(0, 10)}, tip ${world.chain.tip.number}`);
      }
      case "skip_heads":
        upstream.skipHeads = 1 + below(this.#random, 3);
        return note(`${upstream.skipHeads} of ${upstream.id}`);
      case "skip_logs":
        if (!this.#findsLostLogs) return;
        upstream.skipLogs = 1 + below(this.#random, 3);
        return note(`${upstream.skipLogs} of ${upstream.id}`);
      case "duplicates":
        traits.duplicateRatio = 0.7;
        note(upstream.id);
        return this.#later(this.#duration(), () => void (traits.duplicateRatio = 0));
      case "slow": {
        const before = traits.latencyMs;
        traits.latencyMs = 300 + below(this.#random, 3_000);
        note(`${upstream.id}: ${traits.latencyMs} ms`);
        return this.#later(this.#duration(), () => void (traits.latencyMs = before));
      }
      case "fail":
        traits.failRatio = 0.3 + 0.7 * this.#random.next();
        traits.failAs = this.#pick([
          { error: { code: -32603, message: "internal error" } },
          { error: { code: -32000, message: "header not found" } },
          { result: null },
          { status: 502, body: "bad gateway" },
          { failure: "reset" },
        ]);
        note(`${upstream.id} ${JSON.stringify(traits.failAs)}`);
        return this.#later(this.#duration(), () => void (traits.failRatio = 0));
      case "all_down": {
        note("");
        const down = this.#upstreams.map((one) => {
          one.killWs();
          one.killHttp();
          return one;
        });
        return this.#later(this.#duration(), () => {
          note("is over");
          for (const one of down) one.httpUp = one.wsUp = true;
        });
      }
      case "reload":
        return await this.#reload();
      case "join":
        return this.#join();
      case "leave": {
        const client = this.#pick(world.clients);
        if (world.clients.length > 1 && !client.gone) {
          note(client.name);
          client.leave();
        }
        return;
      }
      case "unsubscribe": {
        const client = this.#pick(world.clients);
        const [open] = client.subscriptions.filter((one) => one.id !== null && !one.over);
        if (open === undefined || client.gone || client.subscriptions.length < 2) return;
        note(`${client.name} ${open.kind}`);
        return client.unsubscribe(open);
      }
      case "burst": {
        const count = 2 + below(this.#random, 6);
        note(`of ${count}`);
        for (let nth = 0; nth < count; nth++) world.mine();
      }
    }
  }

  async #reload(): Promise<void> {
    const world = this.#world;
    const providers = Object.fromEntries(
      Object.entries(world.providers).map(([id, provider]) => {
        const priority = 1 + below(this.#random, 3);
        return [id, this.#random.next() < 0.5 ? { ...provider, settings: { priority } } : provider];
      }),
    );
    const entries = Object.entries(providers);
    if (entries.length > 1 && this.#random.next() < 0.4) {
      entries.splice(below(this.#random, entries.length), 1);
    }
    world.trace(`-- reload with ${entries.map(([id]) => id).join(", ")}`);
    const race = { newHeads: 1 + below(this.#random, 3), logs: 1 + below(this.#random, 2) };
    await world.reload({ race }, Object.fromEntries(entries));
  }

  #join(): void {
    const client = this.#newClient();
    const wanted = 1 + below(this.#random, 3);
    const subscriptions: ClientSubscription[] = [];
    for (let nth = 0; nth < wanted; nth++) {
      subscriptions.push(this.#random.next() < 0.4 ? client.heads() : client.logs(this.#filter()));
    }
    const filters = subscriptions.map(({ kind, filter }) => kind === "logs" ? JSON.stringify(filter) : kind);
    this.#world.trace(`-- ${client.name} joins: ${filters.join(", ")}`);
  }

  #newClient(): StreamClient {
    return this.#world.client(this.#setup.theme.gaps === true ? this.#pick(gapPolicies) : "notify");
  }

  #filter(): LedgerFilter {
    const one = (list: readonly string[]): string => this.#pick(list);
    return this.#pick<() => LedgerFilter>([
      () => ({}),
      () => ({ address: one(addresses) }),
      () => ({ address: [one(addresses), one(addresses)] }),
      () => ({ topics: [one(topics)] }),
      () => ({ topics: [null, [one(topics), one(topics)]] }),
      () => ({ address: one(addresses), topics: [[one(topics), one(topics)]] }),
    ])();
  }

  /** Is a block whose logs were not notified found out, whatever else happens? */
  get #findsLostLogs(): boolean {
    return this.#setup.trustBloom || this.#setup.confirmLogs === "always";
  }

  #duration(): number {
    return this.#pick([300, 2_000, 8_000, 25_000]) * (0.5 + this.#random.next());
  }

  #later(ms: number, act: () => void): void {
    this.#timers.push(this.#world.clock.after(ms, act));
  }

  #pick<T>(list: readonly T[]): T {
    return list[below(this.#random, list.length)] as T;
  }
}

function describe({ blockTimeMs, trustBloom, confirmLogs, providers }: Setup): string {
  const traits = Object.entries(providers).map(([id, provider]) => {
    const { refuses, ...others } = provider.traits ?? {};
    return `\n  ${id} ${provider.ws ? "ws" : "http only"} ${
      JSON.stringify({ ...others, refuses: [...refuses ?? []] })
    }`;
  });
  return `blocks each ${blockTimeMs} ms, trust_bloom ${trustBloom}, confirm_logs ${confirmLogs}${
    traits.join("")
  }`;
}
