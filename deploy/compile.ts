// Makes the executables of dist/lasso.js with the official `deno compile`, one for each platform. Needs Deno's
// download site, from which the runtime of each platform comes, or DENORT_BIN for the platform at hand.
//
//   deno task compile [TARGET…]      default: all

const targets: Readonly<Record<string, string>> = {
  "x86_64-unknown-linux-gnu": "lasso-linux-x64",
  "aarch64-unknown-linux-gnu": "lasso-linux-arm64",
  "x86_64-apple-darwin": "lasso-macos-x64",
  "aarch64-apple-darwin": "lasso-macos-arm64",
  "x86_64-pc-windows-msvc": "lasso-windows-x64.exe",
};

/** Plugins from disk need reading; history, `plugin new` and reports need writing; battle starts itself in other roles. */
const permissions = [
  "--allow-net",
  "--allow-env",
  "--allow-read",
  "--allow-write",
  "--allow-run",
  "--no-prompt",
];

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(targets);
let failed = 0;
for (const target of wanted) {
  const name = targets[target];
  if (name === undefined) {
    console.error(`unknown target ${target}; known: ${Object.keys(targets).join(", ")}`);
    Deno.exit(2);
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      ...permissions,
      "--no-remote",
      "--no-npm",
      "--no-config",
      "--target",
      target,
      "--output",
      `dist/${name}`,
      "dist/lasso.js",
    ],
  }).output();
  console.error(code === 0 ? `dist/${name}` : `${target} failed with exit code ${code}`);
  if (code !== 0) failed++;
}
Deno.exit(failed === 0 ? 0 : 1);
