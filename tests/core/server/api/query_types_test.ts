import assert from "node:assert/strict";
import { z } from "zod";
import {
  cursor,
  duration,
  flag,
  listOf,
  ordered,
  queryTypes,
  readDuration,
  readTime,
  shortDuration,
  whole,
  windowOf,
} from "../../../../core/server/api/query_types.ts";
import { ApiError } from "../../../../core/server/api/api_error.ts";
import { VirtualClock } from "../../../../core/virtual_clock.ts";
import { TestLasso } from "../../../support/test_lasso.ts";

const now = Date.parse("2026-03-04T05:06:07.000Z");

Deno.test("readTime() reads ISO 8601, epoch ms, and back from now", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00:00.250Z", "2026-01-31T12:00:00.250Z"],
    ["2026-01-31T12:00:00", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31T12:00", "2026-01-31T12:00:00.000Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00.000Z"],
    // A plus that was not encoded.
    ["2026-01-31T12:00:00 02:00", "2026-01-31T10:00:00.000Z"],
    ["1769860800000", "2026-01-31T12:00:00.000Z"],
    ["-90s", "2026-03-04T05:04:37.000Z"],
    ["-15m", "2026-03-04T04:51:07.000Z"],
    ["-1.5h", "2026-03-04T03:36:07.000Z"],
    ["-7d", "2026-02-25T05:06:07.000Z"],
    ["now", "2026-03-04T05:06:07.000Z"],
  ];
  for (const [given, wanted] of cases) {
    assert.equal(new Date(readTime(given, now) ?? NaN).toISOString(), wanted, given);
  }
  for (
    const given of [
      "",
      "yesterday",
      "15m",
      "-15",
      "-15w",
      "--1h",
      "2026-13-01",
      "2026-01-31T25:00:00Z",
      "31.01.2026",
      "1e3",
      "-1",
      "99999999999999999",
      "9999999999999999",
    ]
  ) {
    assert.equal(readTime(given, now), null, given);
  }
});

Deno.test("readDuration() and shortDuration() are each other's way back", () => {
  const texts = [["90s", 90_000], ["15m", 900_000], ["24h", 86_400_000], ["1500ms", 1_500], [
    "250",
    250,
  ]] as const;
  for (const [given, ms] of texts) assert.equal(readDuration(given), ms, given);
  for (const given of ["", "m", "-5m", "5w", "1h30m"]) assert.equal(readDuration(given), null, given);
  for (const ms of [1, 1_500, 90_000, 900_000, 5_400_000, 86_400_000, 604_800_000]) {
    assert.equal(readDuration(shortDuration(ms)), ms);
  }
  assert.equal(shortDuration(5_400_000), "90m");
});

Deno.test("queryTypes() resolves times against the clock at the request, within what can be kept", async () => {
  const clock = new VirtualClock(now);
  await using lasso = await TestLasso.start({ clock });
  const { time, span, chain } = queryTypes(lasso.server.state);
  const schema = time("A time.");
  const wall = clock.wallNow();
  assert.equal(schema.parse("-1m"), wall - 60_000);
  assert.equal(schema.parse("0"), wall - 400 * 86_400_000);
  assert.equal(schema.parse("8640000000000000"), wall + 86_400_000);
  assert.deepEqual(z.strictObject(span(3_600_000)).parse({}), { from: wall - 3_600_000, to: wall });
  for (const name of ["ethereum", "eth", "1"]) assert.equal(chain.parse(name).chain.name, "ethereum");
  const wrong = chain.safeParse("nope");
  assert.ok(!wrong.success);
});

Deno.test("ordered() refuses a time that ends before it begins", () => {
  ordered({ from: 1, to: 2 });
  for (const span of [{ from: 2, to: 2 }, { from: 3, to: 2 }]) {
    assert.throws(
      () => ordered(span),
      (thrown: unknown) => thrown instanceof ApiError && thrown.status === 400,
    );
  }
  assert.deepEqual(windowOf({ from: 0, to: 60_000 }, 1_000), {
    from: "1970-01-01T00:00:00.000Z",
    to: "1970-01-01T00:01:00.000Z",
    step_ms: 1_000,
  });
});

Deno.test("whole(), duration(), flag(), listOf() and cursor take what they say and nothing else", () => {
  const good = (schema: z.ZodType, given: unknown): unknown => schema.parse(given);
  const bad = (schema: z.ZodType, ...all: unknown[]): void => {
    for (const given of all) assert.ok(!schema.safeParse(given).success, JSON.stringify(given));
  };
  assert.equal(good(whole(1, 9, ""), "9"), 9);
  bad(whole(1, 9, ""), "0", "10", "", "1.0", "+1", " 1", "1e0", "0x1", ["1", "2"]);
  assert.equal(good(duration({ minMs: 1_000, maxMs: 60_000 }, ""), "1m"), 60_000);
  bad(duration({ minMs: 1_000, maxMs: 60_000 }, ""), "61s", "999ms", "", "x");
  assert.equal(good(flag(""), "true"), true);
  bad(flag(""), "1", "yes", "");
  const list = listOf(["a", "b"], "Some.");
  assert.deepEqual(good(list, "a,b"), ["a", "b"]);
  assert.deepEqual(good(list, ["a", "b"]), ["a", "b"]);
  bad(list, "a,c", "", ["a", "x"]);
  assert.equal(good(cursor, "1795283050922.0.21"), "1795283050922.0.21");
  bad(cursor, "", "1.2", "x", "1.2.3.4", "1'; DROP");
});
