import assert from "node:assert/strict";
import { programOf } from "../../../battle/run/program.ts";

Deno.test("programOf() starts the sources with their import map and the role's permissions", () => {
  const program = programOf({
    execPath: "/bin/deno",
    mainModule: "file:///a%20b/main.ts",
    standalone: false,
  });
  assert.deepEqual(program("generator"), {
    path: "/bin/deno",
    args: [
      "run",
      "--no-prompt",
      "--config",
      "/a b/deno.json",
      "--allow-net",
      "--allow-env",
      "--allow-read",
      "file:///a%20b/main.ts",
      "battle-part",
      "generator",
    ],
  });
  assert.ok(program("world").args.includes("--allow-run"));
  assert.ok(!program("router").args.includes("--allow-run"));
});

Deno.test("programOf() starts the bundle without config, npm and remote modules", () => {
  const program = programOf({ execPath: "/bin/deno", mainModule: "file:///x/lasso.js", standalone: false });
  const { args } = program("router", ["--port", "0"]);
  assert.deepEqual(args.slice(0, 5), ["run", "--no-prompt", "--no-config", "--no-remote", "--no-npm"]);
  assert.deepEqual(args.slice(-5), ["file:///x/lasso.js", "battle-part", "router", "--port", "0"]);
});

Deno.test("programOf() starts the executable itself", () => {
  const program = programOf({ execPath: "/usr/bin/lasso", mainModule: "file:///main.ts", standalone: true });
  assert.deepEqual(program("world"), { path: "/usr/bin/lasso", args: ["battle-part", "world"] });
});
