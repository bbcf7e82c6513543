// What is allowed but hardly meant. Printed at start and by `lasso check`; stops nothing.

import type { ChainSettings, LassoSettings } from "../core/settings.ts";
import { type ConfigProblem, problemAt } from "./problems.ts";
import type { Path, Tree } from "./yaml_tree.ts";

const shortTokenChars = 16;

export function configWarnings(tree: Tree, settings: LassoSettings): ConfigProblem[] {
  const warnings = settings.chains.flatMap((chain) => chainWarnings(tree, chain));
  warnings.push(...unusedTargets(tree, settings));
  const token = settings.server.adminToken;
  if (token !== null && token.length < shortTokenChars) {
    const message = `the admin token is short; take ${shortTokenChars} characters or more`;
    warnings.unshift(problemAt(tree, ["server", "admin_token"], message, { hideFound: true }));
  }
  return warnings;
}

function unusedTargets(tree: Tree, { alerts }: LassoSettings): ConfigProblem[] {
  const used = new Set(alerts.rules.flatMap(({ to }) => to));
  return alerts.targets.filter(({ name }) => !used.has(name)).map(({ name }) =>
    problemAt(tree, ["alerts", "targets", name], "no rule tells this target anything", { atKey: true })
  );
}

function chainWarnings(tree: Tree, chain: ChainSettings): ConfigProblem[] {
  const at: Path = ["chains", chain.name];
  const warnings: ConfigProblem[] = [];
  if (chain.attemptTimeoutMs > chain.timeoutMs) {
    const message = "attempt_timeout is longer than timeout: the first attempt may use up the whole budget";
    warnings.push(problemAt(tree, [...at, "attempt_timeout"], message, { hideFound: true }));
  }
  if (chain.providers.every((provider) => provider.private)) {
    const message = "every provider is private: eth_sendRawTransaction has nowhere to go unless it is pinned";
    warnings.push(problemAt(tree, [...at, "providers"], message, { hideFound: true }));
  }
  const seen = new Map<string, string>();
  chain.providers.forEach((provider, index) => {
    for (const [key, url] of [["url", provider.url], ["ws_url", provider.wsUrl]] as const) {
      if (url === null) continue;
      const twin = seen.get(url);
      if (twin !== undefined) {
        const message = `the same URL as the provider ${twin}: they will fail together`;
        warnings.push(problemAt(tree, [...at, "providers", index, key], message, { hideFound: true }));
      }
      seen.set(url, provider.id);
    }
  });
  return warnings;
}
