import assert from "node:assert/strict";
import { logLine } from "../../../core/measure/log_line.ts";

const at = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

Deno.test("logLine() puts ts, level and event first, and lets no field replace them", () => {
  assert.equal(
    logLine(at, "warn", "config.reloaded", { file: "lasso.yaml", n: 3, level: "debug", list: [1n] }, 256),
    '{"ts":"2026-01-02T03:04:05.006Z","level":"warn","event":"config.reloaded","file":"lasso.yaml","n":3,"list":["1"]}',
  );
});

Deno.test("logLine() masks URLs at every depth, in errors too", () => {
  const line = logLine(at, "error", "x", {
    url: "https://user:pw@host.example/v2/SECRET?k=SECRET",
    nested: { list: ["see wss://host.example/SECRET now"] },
    error: new Error("connect https://host.example/v2/SECRET failed"),
    where: new URL("https://host.example/SECRET"),
  }, 256);
  assert.ok(!line.includes("SECRET") && !line.includes("pw"), line);
  assert.ok(line.includes("https://host.example/***"));
});

Deno.test("logLine() cuts errors and texts from outside, after masking", () => {
  const parsed = JSON.parse(
    logLine(at, "error", "x", {
      error: new Error("a".repeat(500)),
      message: "b".repeat(500),
      reason: "c".repeat(14) + "🜁🜁",
      note: "d".repeat(500),
      cause: "https://host.example/SECRET-SECRET-SECRET",
    }, 16),
  );
  assert.equal(parsed.error, "a".repeat(15) + "…");
  assert.equal(parsed.message, "b".repeat(15) + "…");
  assert.equal(parsed.reason, "c".repeat(14) + "…");
  assert.equal(parsed.note.length, 500);
  assert.equal(parsed.cause, "https://host.ex…");
});

Deno.test("logLine() never throws: fields that can't be written leave a note", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  const parsed = JSON.parse(logLine(at, "info", "x", circle, 256));
  assert.equal(parsed.event, "x");
  assert.match(parsed.unwritable, /circular/);
});
