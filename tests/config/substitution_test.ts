import assert from "node:assert/strict";
import { substitute, typedAgain } from "../../config/substitute.ts";
import { Tree } from "../../config/yaml_tree.ts";
import { goodChain, loadGood, problemsOf } from "./load_support.ts";

const env = (name: string): string | undefined => ({ A: "one", N: "42", EMPTY: "", REF: "${A}" })[name];

Deno.test("substitute() puts values, defaults and escapes in", () => {
  assert.equal(substitute("x-${A}-${A}", env).text, "x-one-one");
  assert.equal(substitute("${NONE:-two}", env).text, "two");
  assert.equal(substitute("${EMPTY:-two}", env).text, "two");
  assert.equal(substitute("${EMPTY}", env).text, "");
  assert.equal(substitute("${NONE:-}", env).text, "");
  assert.equal(substitute("$${A} $A ${A}", env).text, "${A} $A one");
});

Deno.test("substitute() does not look at values again", () => {
  assert.equal(substitute("${REF}", env).text, "${A}");
});

Deno.test("substitute() names what is unset, and every broken reference", () => {
  assert.deepEqual(substitute("${NONE} ${ALSO_NONE}", env).problems, [
    "environment variable NONE is not set and has no default",
    "environment variable ALSO_NONE is not set and has no default",
  ]);
  assert.equal(substitute("${}", env).problems.length, 1);
  assert.equal(substitute("${A-b}", env).problems.length, 1);
  assert.equal(substitute("${A", env).problems.length, 1);
});

Deno.test("typedAgain() follows YAML's core schema", () => {
  const rows: readonly (readonly [string, unknown])[] = [
    ["42", 42],
    ["-1", -1],
    ["0x10", 16],
    ["0o17", 15],
    ["1.5", 1.5],
    ["1e3", 1000],
    ["true", true],
    ["False", false],
    ["", null],
    ["~", null],
    ["null", null],
    ["yes", "yes"],
    ["10s", "10s"],
    ["[1, 2]", "[1, 2]"],
    ["a: b", "a: b"],
  ];
  for (const [text, value] of rows) assert.equal(typedAgain(text), value, text);
});

Deno.test("Tree() types an unquoted whole value again and leaves a quoted one text", () => {
  const tree = new Tree(
    "plain: ${N}\nquoted: '${N}'\ndouble: \"${N}\"\nparts: ${N}${N}\nfolded: >-\n  ${N}\n",
    "f",
    env,
  );
  assert.deepEqual(tree.value, { plain: 42, quoted: "42", double: "42", parts: "4242", folded: "42" });
  assert.deepEqual(tree.problems, []);
});

Deno.test("Tree() keeps the structure, whatever a value holds", () => {
  const evil = "x\nserver:\n  port: 1\n- [a, {b: c}] # d";
  const tree = new Tree('a: ${EVIL}\nb: ["${EVIL}", 2]\n', "f", () => evil);
  assert.deepEqual(tree.value, { a: evil, b: [evil, 2] });
});

Deno.test("Tree() leaves keys and comments alone", () => {
  const tree = new Tree("${A}: 1 # ${NONE}\n", "f", env);
  assert.deepEqual(tree.value, { "${A}": 1 });
  assert.deepEqual(tree.problems, []);
});

Deno.test("loadConfig() takes a port from the environment", () => {
  const text = `server:\n  port: \${PORT}\n${goodChain}`;
  assert.equal(loadGood(text, { env: { PORT: "8080" } }).settings.server.port, 8080);
});

Deno.test("loadConfig() gives text its spelling back where text is wanted", () => {
  const text = `server:
  admin_token: \${TOKEN}
  region: \${REGION}
chains:
  ethereum:
    provider: { headers: { x-team: "a" } }
    providers:
      - id: \${ID}
        url: https://a.example.com
        headers:
          x-team: \${TEAM}
`;
  const given = { TOKEN: "00123456789012345678", REGION: "true", ID: "0x10", TEAM: "007" };
  const { settings } = loadGood(text, { env: given });
  assert.equal(settings.server.adminToken, given.TOKEN);
  assert.equal(settings.server.region, given.REGION);
  assert.equal(settings.chains[0]?.providers[0]?.id, given.ID);
  assert.deepEqual(settings.chains[0]?.providers[0]?.headers, { "x-team": "007" });
});

Deno.test("loadConfig() reads an empty default as nothing", () => {
  const text = `server:\n  admin_token: \${LASSO_ADMIN_TOKEN:-}\n${goodChain}`;
  assert.equal(loadGood(text).settings.server.adminToken, null);
});

Deno.test("loadConfig() shows nothing that came from the environment", () => {
  const secret = "hunter2-hunter2";
  const text = `server:
  port: \${S}
  tls: { cert: "\${S}", key: "\${S}" }
defaults: { strategy: "\${S}" }
plugins: ["\${S}"]
chains:
  ethereum:
    aliases: ["\${S}", "\${S}"]
    providers:
      - { id: "x/\${S}", url: "\${S}", type: "\${S}", rate_limit: "\${S}", headers: { a: "\${S} " } }
`;
  const problems = problemsOf(text, { env: { S: secret } });
  assert.ok(problems.length >= 8, String(problems.length));
  assert.ok(!JSON.stringify(problems).includes("hunter2"), JSON.stringify(problems, null, 1));
});
