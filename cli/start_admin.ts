// What the admin API needs from outside of core/server: the reload of the config file, the demo's controls, and the
// transactions that no provider took. Called by start_router.ts.

import type { LoadedConfig } from "../config/load.ts";
import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { History } from "../core/measure/history/model.ts";
import type { RouterDeps } from "../core/routing/router.ts";
import type { ApiParts, ReloadOutcome } from "../core/server/api/api_deps.ts";
import type { DemoControls } from "../core/server/api/demo_controls.ts";
import { TransactionLetters } from "../core/server/dead_letters.ts";
import type { EventHub } from "../core/server/event_hub.ts";
import type { LassoSettings } from "../core/settings.ts";

/** Where a reload reads from. */
export interface ConfigSource {
  load(): LoadedConfig;
  finish(settings: LassoSettings): LassoSettings;
}

export interface AdminOptions {
  /** Absent: there is no config file. */
  readonly config?: ConfigSource;
  /** Of `lasso demo`. */
  readonly demo?: DemoControls;
}

export interface AdminDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly hub: EventHub;
  readonly history: History;
}

/** The router that is reloaded. */
interface Reloadable {
  reload(load: ConfigSource["load"], finish: ConfigSource["finish"]): Promise<ReloadOutcome>;
}

export interface AdminPart {
  readonly api: Pick<ApiParts, "reload" | "demo" | "transactions">;
  /** Hears of every client call that has ended, before `next`. */
  hears(next: RouterDeps["completed"]): RouterDeps["completed"];
  /** It runs now. */
  bind(router: Reloadable): void;
}

export function makeAdmin({ config, demo }: AdminOptions, deps: AdminDeps): AdminPart {
  const { hub } = deps;
  const transactions = new TransactionLetters(deps);
  let running: Reloadable | null = null;
  demo?.listen(({ event, chain, provider, fields }) =>
    hub.publish("chaos", chain, { event, ...(provider === null ? {} : { provider }), ...fields })
  );
  const reload = async (): Promise<ReloadOutcome> => {
    if (running === null || config === undefined) return { ok: false, message: "the router is not up yet" };
    return await running.reload(() => config.load(), (settings) => config.finish(settings));
  };
  return {
    api: {
      transactions,
      ...(demo === undefined ? {} : { demo }),
      ...(config === undefined ? {} : { reload }),
    },
    hears: (next) => (run, streamFailure) => {
      transactions.ended(run);
      next(run, streamFailure);
    },
    bind: (router) => {
      running = router;
    },
  };
}
