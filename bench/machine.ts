// The machine that a run was made on: figures of two machines are not compared, only ratios are.

import { version } from "../core/version.ts";

export interface MachineFacts {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryBytes: number;
  readonly system: string;
  /** Load average of the last minute, before the run: above 0.5 somebody else was at work. */
  readonly loadBefore: number;
  /** By program. */
  readonly versions: Readonly<Record<string, string>>;
}

export async function machineFacts(tools: Readonly<Record<string, string>>): Promise<MachineFacts> {
  const cpuinfo = await readProc("/proc/cpuinfo");
  return {
    cores: navigator.hardwareConcurrency,
    cpu: /^model name\s*:\s*(.+)$/m.exec(cpuinfo)?.[1] ?? Deno.build.arch,
    memoryBytes: Deno.systemMemoryInfo().total,
    system: `${Deno.build.os} ${Deno.osRelease()}`,
    loadBefore: Deno.loadavg()[0]!,
    versions: { lasso: version, deno: Deno.version.deno, v8: Deno.version.v8, ...tools },
  };
}

/** A file of /proc, empty where there is none. By `cat`, since Deno itself reads there only with all permissions. */
export async function readProc(path: string): Promise<string> {
  const command = new Deno.Command("cat", { args: [path], stdin: "null", stdout: "piped", stderr: "null" });
  return new TextDecoder().decode((await command.output()).stdout);
}
