import assert from "node:assert/strict";
import { tracingFrom } from "../../cli/start_tracing.ts";
import { LassoError } from "../../core/errors.ts";

const root = new URL("../../", import.meta.url);

function from(env: Readonly<Record<string, string>>): boolean {
  return tracingFrom((name) => env[name]) !== null;
}

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

Deno.test("tracingFrom() is on where the environment names a collector, and only there", () => {
  assert.equal(from({}), false);
  assert.equal(from({ OTEL_EXPORTER_OTLP_ENDPOINT: " " }), false);
  assert.equal(from(endpoint), true);
  assert.equal(from({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "https://collector.example/v1/traces" }), true);
  assert.equal(from({ ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" }), true);
  assert.equal(from({ ...endpoint, OTEL_SDK_DISABLED: "TRUE" }), false);
  assert.equal(from({ ...endpoint, OTEL_TRACES_EXPORTER: "none" }), false);
  // Whatever else is wrong there is nobody's business while traces are off.
  assert.equal(from({ OTEL_TRACES_SAMPLER: "nonsense" }), false);
});

Deno.test("tracingFrom() refuses what it can't obey, without telling the endpoint's secrets", () => {
  const refused: [Readonly<Record<string, string>>, RegExp][] = [
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /^OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"/],
    [{ OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" }, /is "http\/json"/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "collector:4318/KEY" },
      /^OTEL_EXPORTER_OTLP_ENDPOINT is no URL of http or https/,
    ],
    [{ OTEL_TRACES_SAMPLER: "nonsense" }, /^OTEL_TRACES_SAMPLER is "nonsense"/],
    [
      { OTEL_TRACES_SAMPLER: "traceidratio", OTEL_TRACES_SAMPLER_ARG: "2" },
      /^OTEL_TRACES_SAMPLER_ARG is "2"/,
    ],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: "0" }, /^OTEL_BSP_MAX_QUEUE_SIZE is "0", which is no whole number above 0/],
  ];
  for (const [env, text] of refused) {
    assert.throws(() => from({ ...endpoint, ...env }), (thrown) => {
      assert.ok(thrown instanceof LassoError && thrown.code === "config");
      assert.match(thrown.message, text);
      assert.doesNotMatch(JSON.stringify(thrown), /KEY/);
      return true;
    });
  }
});

Deno.test("OpenTelemetry's packages are in one file, which is loaded where traces are on", () => {
  const found: string[] = [];
  const walk = (folder: string): void => {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
      if (isDirectory) walk(`${folder}${name}/`);
      else if (name.endsWith(".ts")) {
        const text = Deno.readTextFileSync(new URL(folder + name, root));
        if (text.includes('from "@opentelemetry/')) found.push(folder + name);
        // Types are erased; only import() loads it.
        for (const [line] of text.matchAll(/^import (?!type\b).*tracing\/otlp\.ts"/gm)) found.push(line);
      }
    }
  };
  for (const folder of ["core/", "cli/", "config/", "strategies/", "transports/"]) walk(folder);
  assert.deepEqual(found, ["core/tracing/otlp.ts"]);
});
