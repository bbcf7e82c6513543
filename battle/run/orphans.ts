// Processes of a run that was killed. They end by themselves when their stdin does, but for one that was stopped or that
// loops just then: the next run ends those. Never a process that is not surely one of these: it is this program in the
// role of a part, its command line names the folder of a run whose own process is gone, and no run is its parent.

import { execFile } from "node:child_process";
import process from "node:process";
import { type Program, roles } from "./program.ts";

/** A line of `ps`. */
export interface ListedProcess {
  readonly pid: number;
  readonly parent: number;
  /** The command line, its words parted by spaces. */
  readonly command: string;
}

export interface Orphans {
  readonly pids: readonly number[];
  /** Folders that no other process names. */
  readonly free: readonly string[];
}

/**
 * Ends the parts of these runs with all that they started; `folders` are absolute paths. Gives those that nobody uses any
 * more: a part that another version of this program started is that one's to end. Where there is no `ps`, none is ended.
 */
export async function killOrphans(folders: readonly string[], program: Program): Promise<readonly string[]> {
  const { pids, free } = orphansOf(folders, parseProcesses(await listProcesses()), program);
  for (const pid of pids) {
    try {
      // A part leads a group of its own (child.ts): what does not is none, and is not hit.
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended, or is not ours to end.
    }
  }
  return free;
}

export function orphansOf(
  folders: readonly string[],
  listed: readonly ListedProcess[],
  program: Program,
): Orphans {
  const own = `${program("router").path} `;
  const starts = roles.map((role) => {
    const { path, args } = program(role);
    return `${[path, ...args].join(" ")} `;
  });
  const ours = new Set(listed.filter(({ command }) => command.startsWith(own)).map(({ pid }) => pid));
  const isOrphan = ({ parent, command }: ListedProcess): boolean =>
    !ours.has(parent) && starts.some((start) => command.startsWith(start)) &&
    folders.some((folder) => names(command, folder));
  const orphans = listed.filter(isOrphan);
  const others = listed.filter((one) => !orphans.includes(one));
  return {
    pids: orphans.map(({ pid }) => pid),
    free: folders.filter((folder) => !others.some(({ command }) => names(command, folder))),
  };
}

/** The folder itself or something in it, as a word of the command line. */
function names(command: string, folder: string): boolean {
  return ["/", " "].some((end) => `${command} `.includes(folder + end));
}

export function parseProcesses(text: string): ListedProcess[] {
  return text.split("\n").flatMap((line) => {
    const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

function listProcesses(): Promise<string> {
  const columns = ["-A", "-ww", "-o", "pid=,ppid=,args="];
  return new Promise((resolve) => {
    execFile("ps", columns, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout) => resolve(String(stdout)));
  });
}
