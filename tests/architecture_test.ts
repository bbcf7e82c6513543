// Holds the house's plan: who may import whom, how long files get, that each begins by saying what it is. Reads the
// imports of every file, so a wrong arrow fails here before anybody builds on it.

import assert from "node:assert/strict";

const root = new URL("../", import.meta.url);

/** Rooms of the repository, and the rooms that each may import from besides itself. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "config", "ui", "battle", "strategies", "transports", "core"],
  cli: ["config", "ui", "battle", "strategies", "transports", "core"],
  config: ["core"],
  ui: ["core"],
  battle: ["core"],
  strategies: ["core"],
  transports: ["core"],
  core: [],
};

/** Rooms within core. `base` is what stands in core/ itself: clock, errors, log, random, redact, settings, supervise. */
const coreRooms: Readonly<Record<string, readonly string[]>> = {
  server: [
    "alerts",
    "analytics",
    "routing",
    "streams",
    "providers",
    "tracing",
    "plugins",
    "rpc",
    "http",
    "base",
  ],
  analytics: ["routing", "measure", "providers", "plugins", "rpc", "base"],
  alerts: ["routing", "streams", "providers", "plugins", "rpc", "http", "base"],
  routing: ["providers", "tracing", "plugins", "rpc", "http", "base"],
  streams: ["routing", "providers", "plugins", "rpc", "http", "base"],
  providers: ["plugins", "rpc", "http", "base"],
  measure: ["plugins", "rpc", "base"],
  tracing: ["rpc", "base"],
  plugins: ["base"],
  rpc: ["plugins", "base"],
  http: ["base"],
  base: [],
};

/** The counter interface and the types of history are all that others may know of measurement; base holds types of the categories. */
const exceptions: ReadonlySet<string> = new Set([
  "core/measure/recorder.ts",
  "core/measure/history/model.ts",
  "core/rpc/category.ts",
]);

/** Tables, and files that the plan lets grow. */
const mayBeLong: ReadonlySet<string> = new Set([
  "battle/dsl/battle_types_text.ts", // Generated: the types of the DSL as one text.
  "tests/core/rpc/classify_cases.ts",
]);

interface Source {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  /** Paths within the repository. */
  readonly imports: readonly string[];
}

function sources(): Source[] {
  const found: Source[] = [];
  const walk = (folder: string): void => {
    for (const entry of Deno.readDirSync(new URL(folder, root))) {
      const path = folder + entry.name;
      if (entry.isDirectory && !/^(?:\.|node_modules$|dist$)/.test(entry.name)) walk(`${path}/`);
      else if (entry.isFile && /\.tsx?$/.test(entry.name)) found.push(read(path));
    }
  };
  walk("");
  return found;
}

function read(path: string): Source {
  const text = Deno.readTextFileSync(new URL(path, root));
  const imports = [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?from\s+"(\.[^"]+)"|^import\s+"(\.[^"]+)"|\bimport\("(\.[^"]+)"\)/gm,
    ),
  ]
    .map((match) =>
      new URL(match[1] ?? match[2] ?? match[3] ?? "", new URL(path, root)).pathname.slice(
        root.pathname.length,
      )
    );
  return { path, text, lines: text.split("\n").length - 1, imports };
}

const all = sources();
const product = all.filter(({ path }) =>
  /^(?:main\.ts|(?:cli|config|ui|battle|strategies|transports|core)\/)/.test(path)
);

function roomOf(path: string): string {
  return path === "main.ts" ? "main" : path.split("/")[0] ?? "";
}

function coreRoomOf(path: string): string {
  const parts = path.split("/");
  return parts.length === 2 ? "base" : parts[1] ?? "";
}

Deno.test("architecture finds the files and their imports", () => {
  assert.ok(product.length > 100, `${product.length} files`);
  assert.ok(product.flatMap(({ imports }) => imports).length > 300);
});

Deno.test("architecture: main → cli → {config, ui, battle, strategies, transports} → core, none back, none sideways", () => {
  const wrong = product.flatMap(({ path, imports }) => {
    const from = roomOf(path);
    return imports.filter((target) => roomOf(target) !== from && !rooms[from]?.includes(roomOf(target)))
      .map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("architecture: within core the arrows go down", () => {
  const wrong = product.filter(({ path }) => roomOf(path) === "core").flatMap(({ path, imports }) => {
    const from = coreRoomOf(path);
    assert.ok(from in coreRooms, `${path} is in no known room of core`);
    return imports.filter((target) => {
      const to = coreRoomOf(target);
      return to !== from && !coreRooms[from]?.includes(to) && !exceptions.has(target);
    }).map((target) => `${path} imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

Deno.test("architecture: no file imports itself through others", () => {
  const graph = new Map(product.map(({ path, text }) => [path, valueImports(path, text)]));
  const state = new Map<string, "open" | "done">();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path, []);
  assert.deepEqual(cycles, []);
});

/** Imports that exist at run time: types are erased. */
function valueImports(path: string, text: string): string[] {
  return [...text.matchAll(/^import\s+(?!type\b)([^;]*?)\s+from\s+"(\.[^"]+)"/gm)]
    .filter(([, names = ""]) => !/^\{(?:\s*type\s+\w+(?:\s+as\s+\w+)?\s*,?)+\}$/.test(names))
    .map(([, , target = ""]) => new URL(target, new URL(path, root)).pathname.slice(root.pathname.length));
}

Deno.test("architecture: files are short", () => {
  const lengths = product.map(({ lines }) => lines).sort((a, b) => a - b);
  const at = (share: number): number => lengths[Math.floor(share * (lengths.length - 1))] ?? 0;
  assert.ok(at(0.5) <= 120, `half of the files are longer than ${at(0.5)} lines`);
  assert.ok(at(0.9) <= 300, `one in ten is longer than ${at(0.9)} lines`);
  const long = all.filter(({ path, lines }) => lines > 500 && !mayBeLong.has(path)).map(({ path, lines }) =>
    `${path}: ${lines}`
  );
  assert.deepEqual(long, []);
});

Deno.test("architecture: main only wires", () => {
  assert.ok((product.find(({ path }) => path === "main.ts")?.lines ?? 999) <= 150);
});

Deno.test("architecture: every file says in its head what it is", () => {
  const silent = product.filter(({ text }) => !text.startsWith("// ") && !text.startsWith("/**")).map((
    { path },
  ) => path);
  assert.deepEqual(silent, []);
});

Deno.test("architecture: core reads no clock, timer or randomness of its own", () => {
  const reads = /\b(?:Date\.now|performance\.now|Math\.random|setTimeout|setInterval)\s*\(/;
  const own = new Set(["core/clock.ts", "core/random.ts"]);
  const wrong = product.filter(({ path, text }) =>
    path.startsWith("core/") && !own.has(path) && reads.test(withoutComments(text))
  )
    .map(({ path }) => path);
  assert.deepEqual(wrong, []);
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\/\/.*$/gm, "");
}

Deno.test("architecture: only mod.ts re-exports", () => {
  const barrels = product.filter(({ path, text }) => !path.endsWith("/mod.ts") && /^export \*/m.test(text))
    .map(({ path }) => path);
  assert.deepEqual(barrels, []);
});

Deno.test("version is the same in code and in deno.json", async () => {
  const { version } = await import("../core/version.ts");
  const config = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root))) as { version: string };
  assert.equal(version, config.version);
});
