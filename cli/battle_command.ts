// The command line that repeats one scenario of a session, for its report.

import { reportName } from "../battle/report/report_name.ts";
import type { Job } from "../battle/run/session.ts";
import type { BattleArgs } from "./battle_args.ts";

export function repeatCommand(
  { scenario, file }: Job,
  { seed, maxDurationMs, virtual, allowedHosts }: BattleArgs,
): string {
  const words = ["lasso", "battle", quoted(file ?? reportName(scenario.name)), "--seed"];
  words.push(String(seed ?? scenario.seed));
  if (maxDurationMs !== null) words.push("--max-duration", `${maxDurationMs}ms`);
  if (virtual) words.push("--virtual");
  for (const host of allowedHosts) words.push("--allow-host", quoted(host));
  return words.join(" ");
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
