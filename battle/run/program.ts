// How the program starts itself again, as a process of its own with a role: from the sources, from the bundle or as the
// compiled executable. Worked out here and nowhere else, from what main.ts knows of itself.

export const roles = ["router", "world", "generator"] as const;

export type Role = typeof roles[number];

/** What is started: an executable and its arguments. */
export interface ProgramCommand {
  readonly path: string;
  readonly args: readonly string[];
}

/** The command line of a process with this role: `lasso battle-part ROLE …`. */
export type Program = (role: Role, args?: readonly string[]) => ProgramCommand;

/** What a process knows of how it was started. */
export interface OwnStart {
  /** Deno.execPath() */
  readonly execPath: string;
  /** Deno.mainModule */
  readonly mainModule: string;
  /** Deno.build.standalone: a compiled executable, whose permissions are inside. */
  readonly standalone: boolean;
}

/** The world starts real nodes and finds what they are made of; the others only talk. */
const permissions: Readonly<Record<Role, readonly string[]>> = {
  router: ["--allow-net", "--allow-env", "--allow-read"],
  world: ["--allow-net", "--allow-env", "--allow-read", "--allow-write", "--allow-run"],
  generator: ["--allow-net", "--allow-env", "--allow-read"],
};

export function programOf({ execPath, mainModule, standalone }: OwnStart): Program {
  if (standalone) return (role, args = []) => ({ path: execPath, args: ["battle-part", role, ...args] });
  return (role, args = []) => ({
    path: execPath,
    args: ["run", "--no-prompt", ...sourceFlags(mainModule), ...permissions[role], mainModule]
      .concat("battle-part", role, args),
  });
}

/** The sources need their import map, wherever the scenario runs; the bundle needs nothing. */
function sourceFlags(mainModule: string): string[] {
  if (!mainModule.endsWith("/main.ts")) return ["--no-config", "--no-remote", "--no-npm"];
  return ["--config", decodeURIComponent(new URL("deno.json", mainModule).pathname)];
}
