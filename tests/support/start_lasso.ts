// A router in this process from the text of a config, on a free port, with real clock, sockets and plugins: what
// `lasso serve` starts, without the process around it.

import type { AdminOptions } from "../../cli/start_admin.ts";
import { type RunningRouter, startRouter } from "../../cli/start_router.ts";
import { builtinIds, type Wiring } from "../../cli/wiring.ts";
import { loadConfig, type LoadedConfig, type LoadedSettings } from "../../config/load.ts";
import { formatProblems } from "../../config/problems.ts";
import { type Clock, systemClock } from "../../core/clock.ts";
import type { TrafficRecorder } from "../../core/server/traffic_recorder.ts";
import { testWiring } from "./test_wiring.ts";

export interface LassoOptions {
  /** Hears each log line. Default: the log is off unless the config says otherwise. */
  readonly onLog?: (line: string) => void;
  /** Default: the real one. */
  readonly clock?: Clock;
  /** What the admin API may do beside what every router can. */
  readonly admin?: AdminOptions;
  /** Hears of every client call that has ended. */
  readonly recorder?: TrafficRecorder;
  /** What the wiring of tests lacks: memory, processor time. */
  readonly wiring?: Partial<Wiring>;
}

/** `yaml` is a config file's text; `server.port` is 0, `data_dir` null unless it says otherwise. */
export async function startLasso(yaml: string, options: LassoOptions = {}): Promise<RunningRouter> {
  const source = loaded(yaml);
  const { settings } = source;
  const port = /^\s+port:/m.test(yaml) ? settings.server.port : 0;
  const quiet = options.onLog === undefined ? { logLevel: "off" as const } : {};
  return await startRouter({
    settings: {
      ...settings,
      server: { ...settings.server, port, ...(/\bdata_dir"?:/.test(yaml) ? {} : { dataDir: null }) },
      observability: { ...settings.observability, ...quiet },
    },
    source,
    proxyFor: () => null,
    recorder: options.recorder ?? null,
    admin: options.admin ?? {},
  }, wiring(options));
}

/** What `RunningRouter.reload` takes. */
export function loadText(yaml: string): LoadedConfig {
  return loadConfig(yaml, { file: "lasso.yaml", env: () => undefined, known: builtinIds(wiring({})) });
}

function loaded(yaml: string): LoadedSettings {
  const result = loadText(yaml);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result;
}

function wiring({ onLog, clock = systemClock, wiring: more }: LassoOptions): Wiring {
  const decoder = new TextDecoder();
  return {
    ...testWiring,
    ...more,
    version: "0.0.0-test",
    clock,
    logSink: {
      write: (bytes) => {
        for (const line of decoder.decode(bytes).split("\n")) if (line !== "") onLog?.(line);
        return bytes.length;
      },
    },
  };
}
