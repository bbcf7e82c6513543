// The programs that the benchmark needs beside Lasso. Missing ones are installed by apt-get where that is allowed
// (root on Debian and its kin); else the error says what to install.

const packages: Readonly<Record<string, string>> = { haproxy: "haproxy", nginx: "nginx-light", wrk: "wrk" };

/** Versions by program. Throws when one is missing and can't be installed. */
export async function ensureTools(tell: (line: string) => void): Promise<Record<string, string>> {
  const missing = [];
  for (const program of Object.keys(packages)) if (await versionOf(program) === null) missing.push(program);
  if (missing.length > 0) await install(missing.map((program) => packages[program]!), tell);
  const versions: Record<string, string> = {};
  for (const program of Object.keys(packages)) {
    const version = await versionOf(program);
    if (version === null) throw new Error(missingText([program]));
    versions[program] = version;
  }
  return versions;
}

async function install(names: readonly string[], tell: (line: string) => void): Promise<void> {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) throw new Error(missingText(names));
  tell(`installing ${names.join(", ")}`);
  const args = ["install", "-y", "--no-install-recommends", ...names];
  try {
    const output = await new Deno.Command("apt-get", { args, stdout: "null", stderr: "piped" }).output();
    if (output.success) return;
    throw new Error(`${missingText(names)} apt-get said: ${new TextDecoder().decode(output.stderr)}`);
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) throw new Error(missingText(names));
    throw thrown;
  }
}

function missingText(names: readonly string[]): string {
  return `The benchmark needs ${
    names.join(", ")
  }: install them (Debian: apt-get install haproxy nginx-light wrk).`;
}

/** First line of what the program says of its version; null when it is not there. */
async function versionOf(program: string): Promise<string | null> {
  try {
    const { stdout, stderr } = await new Deno.Command(program, { args: ["-v"], stdin: "null" }).output();
    const decoder = new TextDecoder();
    return (decoder.decode(stdout) + decoder.decode(stderr)).split("\n", 1)[0]!.trim();
  } catch (thrown) {
    if (thrown instanceof Deno.errors.NotFound) return null;
    throw thrown;
  }
}
