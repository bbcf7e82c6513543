// Where the Anvil binary lies. The import of its package makes the package part of the module graph, so that it is
// fetched and pinned like any other; a binary has no specifier, so its path is looked up in the npm cache.

import anvilPackage from "@foundry-rs/anvil-linux-amd64/package.json" with { type: "json" };

const name = "@foundry-rs/anvil-linux-amd64";

/** Path of an executable Anvil: LASSO_TEST_ANVIL when it is set, else the npm package's. Throws what to install. */
export function anvilPath(): string {
  const chosen = Deno.env.get("LASSO_TEST_ANVIL");
  if (chosen !== undefined && chosen !== "") return chosen;
  const asked = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" }).outputSync();
  const { npmCache } = JSON.parse(new TextDecoder().decode(asked.stdout)) as { npmCache: string };
  try {
    for (const registry of Deno.readDirSync(npmCache)) {
      const path = `${npmCache}/${registry.name}/${name}/${anvilPackage.version}/bin/anvil`;
      try {
        if (Deno.statSync(path).isFile) return path;
      } catch {
        // Another registry's folder; the next one may have it.
      }
    }
  } catch {
    // There is no cache at all: the same advice helps.
  }
  throw new Error(
    `No Anvil binary below ${npmCache}. Run \`deno install\` on Linux x64 with the import map entry of ${name}, ` +
      "or install Foundry and set LASSO_TEST_ANVIL to its anvil.",
  );
}
