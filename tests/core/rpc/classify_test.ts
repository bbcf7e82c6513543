// classify(): every known signal, what each category means for routing, what is learnt from texts, and that nothing
// makes it throw.

import assert from "node:assert/strict";
import { seededRandom } from "../../../core/random.ts";
import { categories, type Category, type FailureFacts, type Verdict } from "../../../core/rpc/category.ts";
import { classify, combine } from "../../../core/rpc/classify.ts";
import type { ErrorRule } from "../../../core/settings.ts";
import { type Case, cases } from "./classify_cases.ts";

function factsOf(row: Case): FailureFacts {
  const hasError = row.message !== undefined;
  return {
    method: row.method ?? "eth_call",
    status: row.status ?? 200,
    retryAfterMs: null,
    error: hasError
      ? {
        code: row.code ?? -32000,
        message: row.message ?? "",
        ...(row.data === undefined ? {} : { data: row.data }),
      }
      : null,
    // As routing says it: a bad status explains itself, a good one with such a body does not.
    fault: hasError || (row.status ?? 200) >= 300 ? null : "malformed",
    bodyText: hasError ? null : row.body ?? "",
  };
}

function judge(row: Partial<Case> & { retryAfterMs?: number }, rules: readonly ErrorRule[] = []): Verdict {
  const facts = factsOf({ is: "unknown", ...row });
  return classify({ ...facts, retryAfterMs: row.retryAfterMs ?? null }, rules);
}

function fault(kind: FailureFacts["fault"]): Verdict {
  const facts = { method: "eth_call", status: null, retryAfterMs: null, error: null, bodyText: null };
  return classify({ ...facts, fault: kind }, []);
}

function title(row: Case): string {
  const parts = [row.status, row.code, row.message ?? row.body ?? "", row.data, row.method];
  return parts.filter((part) => part !== undefined && part !== "").map(String).join(" ").slice(0, 120);
}

for (const row of cases) {
  Deno.test(`classify() ${row.is}: ${title(row)}`, () => {
    const verdict = classify(factsOf(row), []);
    assert.equal(verdict.category, row.is);
    if (row.next !== undefined) assert.equal(verdict.next, row.next);
  });
}

const kinds = ["transport", "malformed", "timeout", "integrity", "cancelled", "overloaded"] as const;
for (const kind of kinds) {
  Deno.test(`classify() takes the fault ${kind} as it is`, () => {
    assert.equal(fault(kind).category, kind);
  });
}

const meaning: readonly [Category, Verdict["next"], again: boolean, breaker: boolean][] = [
  ["client", "no", false, false],
  ["revert", "no", false, false],
  ["tx_known", "no", false, false],
  ["tx_rejected", "no", false, false],
  ["range", "split", false, false],
  ["rate_limited", "yes", true, false],
  ["quota", "yes", false, false],
  ["auth", "yes", false, false],
  ["wrong_chain", "yes", false, false],
  ["missing_data", "yes", false, false],
  ["unsupported", "yes", false, false],
  ["unknown", "once", false, false],
  ["syncing", "yes", true, false],
  ["server", "yes", true, true],
  ["transport", "yes", true, true],
  ["malformed", "yes", true, true],
  ["timeout", "yes", true, false],
  ["integrity", "yes", false, true],
  ["cancelled", "no", false, false],
  ["overloaded", "no", false, false],
];
for (const [category, next, again, breaker] of meaning) {
  Deno.test(`classify() says of ${category}: next ${next}, again ${again}, breaker ${breaker}`, () => {
    const verdict = judge({ message: "ours" }, [{ message: "ours", category }]);
    assert.deepEqual(
      [verdict.category, verdict.next, verdict.again, verdict.countsForBreaker],
      [category, next, again, breaker],
    );
  });
}

Deno.test("classify() counts a timeout for the breaker only when it is our own or a 504", () => {
  assert.equal(fault("timeout").countsForBreaker, true);
  assert.equal(judge({ status: 504 }).countsForBreaker, true);
  assert.equal(judge({ message: "execution timeout" }).countsForBreaker, false);
  assert.equal(judge({ status: 408 }).countsForBreaker, false);
});

Deno.test("classify() sets aside for as long as the category says", () => {
  const provider = { scope: "provider", doubling: false, untilProbe: false };
  assert.deepEqual(judge({ status: 429 }).setAside, { ...provider, ms: 30_000 });
  assert.deepEqual(judge({ status: 429, retryAfterMs: 7_000 }).setAside, { ...provider, ms: 7_000 });
  assert.deepEqual(judge({ status: 402 }).setAside, { ...provider, ms: 600_000, doubling: true });
  assert.deepEqual(judge({ status: 401 }).setAside, { ...provider, ms: 120_000, doubling: true });
  assert.deepEqual(judge({ message: "invalid chain id, expected 1" }).setAside, {
    ...provider,
    ms: 0,
    untilProbe: true,
  });
  assert.deepEqual(judge({ code: -32601, message: "" }).setAside, {
    scope: "method",
    ms: 300_000,
    doubling: false,
    untilProbe: false,
  });
  assert.equal(judge({ message: "the node is syncing" }).setAside?.untilProbe, true);
  for (const category of ["server", "client", "revert", "range", "missing_data", "unknown"] as const) {
    assert.equal(judge({ message: "ours" }, [{ message: "ours", category }]).setAside, null);
  }
});

Deno.test("classify() does not hold a sequencer's limit on one sender against the provider", () => {
  const verdict = judge({ message: "sender is over rate limit", method: "eth_sendRawTransaction" });
  assert.deepEqual([verdict.next, verdict.again, verdict.setAside], ["no", false, null]);
});

const waits: readonly [text: string, data: unknown, ms: number][] = [
  ["too many requests, retry in 10s", undefined, 10_000],
  ["rate limit, try again in 1.5 minutes", undefined, 90_000],
  ["rate limit, retry after 250ms", undefined, 250],
  ["rate limit, try again in 9999 minutes", undefined, 3_600_000],
  ["rate limit", { rate: { backoff_seconds: 12 } }, 12_000],
  ["rate limit", { retry_after_ms: 400 }, 400],
  ["rate limit", { retry_after_ms: -4 }, 30_000],
];
for (const [message, data, ms] of waits) {
  Deno.test(`classify() reads when to come back: ${message} ${JSON.stringify(data) ?? ""}`, () => {
    assert.equal(judge({ message, data }).setAside?.ms, ms);
  });
}

Deno.test("classify() ignores a Retry-After that no clock can count", () => {
  for (const retryAfterMs of [NaN, Infinity, -1]) {
    assert.equal(judge({ status: 429, retryAfterMs }).setAside?.ms, 30_000);
  }
});

Deno.test("classify() believes no Retry-After beyond an hour", () => {
  assert.equal(judge({ status: 429, retryAfterMs: 315_360_000_000 }).setAside?.ms, 3_600_000);
});

const spans: readonly [text: string, blocks: number | null, hint: readonly [bigint, bigint] | null][] = [
  ["eth_getLogs is limited to a 10,000 range", 10_000, null],
  ["eth_getLogs is limited to 0 - 5000 blocks range", 5000, null],
  ["block range is too wide, limited to 2000 blocks", 2000, null],
  ["block range is too wide, query up to 1000 blocks", 1000, null],
  ["you can make eth_getLogs requests with up to a 10 block range", 10, null],
  [
    "Log response size exceeded. You can make requests with up to a 2K block range. Based on your parameters, " +
    "this block range should work: [0x10, 0x1f]",
    2000,
    [16n, 31n],
  ],
  ["query returned more than 10000 results. Try with this block range [0xE7, 0xF0].", null, [231n, 240n]],
  ["query exceeds max results 20000, retry with the range 100-150", null, [100n, 150n]],
  ["this block range should work: [0x20, 0x10]", null, null],
  ["query exceeds max block range 100000", 100_000, null],
  ["exceed maximum block range: 5000", 5000, null],
  ["ranges over 10000 blocks are not supported on freetier", 10_000, null],
  ["exceeds the range allowed for your plan (10000 > 2000).", 2000, null],
  ["block range is too wide", null, null],
  ["block range is too wide, up to 0 blocks", null, null],
];
for (const [message, blocks, hint] of spans) {
  Deno.test(`classify() learns the range of getLogs: ${message.slice(0, 80)}`, () => {
    const verdict = judge({ message, method: "eth_getLogs" });
    assert.equal(verdict.category, "range");
    assert.deepEqual(verdict.learnt, { kind: "get_logs_range", blocks, hint });
  });
}

Deno.test("classify() learns that there were too many addresses, and nothing about other methods", () => {
  const message = "exceed max addresses or topics per search position";
  assert.deepEqual(judge({ message, method: "eth_getLogs" }).learnt, { kind: "get_logs_addresses" });
  assert.equal(judge({ message: "Response is too big", method: "debug_traceBlockByNumber" }).learnt, null);
});

const bounds: readonly [text: string, block: bigint | null][] = [
  ["block #5 has been pruned; earliest available is #100", 100n],
  ["pruned block; earliest available block is 0x64", 100n],
  ["height 5 is not available, lowest height is 4200", 4200n],
  ["missing trie node", null],
  ["required historical state unavailable", null],
];
for (const [message, block] of bounds) {
  Deno.test(`classify() learns the lowest block: ${message}`, () => {
    assert.deepEqual(judge({ message }).learnt, { kind: "lowest_block", block });
  });
}

Deno.test("classify() tells too new from too old and from neither", () => {
  assert.deepEqual(judge({ message: "cannot query unfinalized data" }).learnt, { kind: "too_new" });
  assert.deepEqual(judge({ message: "the block is in the future" }).learnt, { kind: "too_new" });
  assert.equal(judge({ message: "header not found" }).learnt, null);
  assert.deepEqual(judge({ message: "method not found" }).learnt, { kind: "unsupported" });
});

Deno.test("classify() asks for a look-up by hash only for a rejected transaction that has one", () => {
  const rejected = { message: "nonce too low" };
  assert.equal(judge({ ...rejected, method: "eth_sendRawTransaction" }).lookUpHash, true);
  assert.equal(judge({ ...rejected, method: "eth_sendBundle" }).lookUpHash, false);
  assert.equal(judge({ message: "insufficient funds" }).lookUpHash, false);
  assert.equal(judge({ message: "already known", method: "eth_sendRawTransaction" }).lookUpHash, false);
});

Deno.test("classify() lets the provider's own rules win, each needing all that it names", () => {
  const capacity: ErrorRule = { message: "Capacity Exceeded", category: "rate_limited" };
  assert.equal(
    judge({ message: "execution reverted: CAPACITY exceeded" }, [capacity]).category,
    "rate_limited",
  );
  assert.equal(judge({ message: "x", data: "capacity exceeded" }, [capacity]).category, "rate_limited");
  const narrow: ErrorRule = { message: "odd", code: -32050, status: 400, category: "quota" };
  assert.equal(judge({ message: "odd", code: -32050, status: 400 }, [narrow]).category, "quota");
  assert.equal(judge({ message: "odd", code: -32050 }, [narrow]).category, "unknown");
  assert.equal(judge({ message: "odd", code: -32051, status: 400 }, [narrow]).category, "unknown");
  assert.equal(judge({ status: 418 }, [{ status: 418, category: "auth" }]).category, "auth");
  assert.equal(
    judge({ status: 500, body: "Odd page" }, [{ message: "odd page", category: "quota" }]).category,
    "quota",
  );
  assert.equal(judge({ message: "odd" }, [{ category: "quota" }]).category, "unknown");
  const first: ErrorRule[] = [{ code: 1, category: "auth" }, { message: "odd", category: "quota" }, capacity];
  assert.equal(judge({ message: "odd: capacity exceeded" }, first).category, "quota");
});

Deno.test("classify() takes absent data for no text, and data that is no string for none either", () => {
  assert.equal(judge({ message: "odd" }, [{ message: "undefined", category: "quota" }]).category, "unknown");
  assert.equal(judge({ message: "odd", data: { a: "execution reverted" } }).category, "unknown");
});

Deno.test("classify() looks at the first 4 KB of a text only", () => {
  assert.equal(judge({ message: "x".repeat(4000) + " block not found" }).category, "missing_data");
  assert.equal(judge({ message: "x".repeat(5000) + " block not found" }).category, "unknown");
});

Deno.test("classify() stays within 10 ms for texts made to be slow", () => {
  const hard = [
    "historical state ",
    "method ",
    "blocks specified ",
    "1,",
    "up to a ",
    "archive ",
    "already ",
  ];
  for (const part of hard) {
    const message = part.repeat(4096 / part.length);
    judge({ message, method: "eth_getLogs" });
    let best = Infinity;
    for (let round = 0; round < 5; round++) {
      const began = performance.now();
      judge({ message, method: "eth_getLogs" });
      best = Math.min(best, performance.now() - began);
    }
    assert.ok(best < 10, `${part}: ${best} ms`);
  }
});

Deno.test("classify() never throws and always knows the category", () => {
  const random = seededRandom(20_240_229);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next() * list.length)] as T;
  const words = [
    ...cases.map((row) => row.message ?? row.body ?? ""),
    "\u0000",
    "🦊",
    "\ud800",
    "0x",
    "[0x1, 0x",
  ];
  const text = (): string =>
    Array.from({ length: Math.floor(random.next() * 6) }, () => pick(words)).join(pick([" ", "", ": "]));
  const data = [
    undefined,
    null,
    1,
    "0x08c379a0",
    "0x",
    {},
    [],
    { rate: null },
    { retry_after_ms: "x" },
    true,
  ];
  const codes = [NaN, 0, 3, -32000, -32005, -32601, 429, 1e300, -0.5, ...cases.map((row) => row.code ?? 0)];
  const faults = [null, null, null, ...kinds];
  for (let round = 0; round < 5000; round++) {
    const facts: FailureFacts = {
      method: pick(["", "eth_call", "eth_getLogs", "eth_sendRawTransaction", "debug_traceCall", "__proto__"]),
      status: pick([null, 0, 200, 204, 301, 400, 401, 404, 413, 429, 500, 504, 599, 999, NaN]),
      retryAfterMs: pick([null, 0, 5, -5, NaN, Infinity]),
      error: random.next() < 0.7
        ? { code: pick(codes), message: text(), data: random.next() < 0.2 ? text() : pick(data) }
        : null,
      fault: pick(faults),
      bodyText: pick([null, "", text(), "<html>" + text()]),
    };
    const rules: ErrorRule[] = random.next() < 0.2 ? [{ message: text(), category: pick(categories) }] : [];
    const verdict = classify(facts, rules);
    assert.ok(categories.includes(verdict.category), JSON.stringify(facts));
    const wait = verdict.setAside?.ms ?? 0;
    assert.ok(Number.isFinite(wait) && wait >= 0, JSON.stringify(facts));
  }
});

Deno.test("combine() shows the failure that says most, the first among equals", () => {
  const a = { category: "server" as const, n: 1 };
  const b = { category: "missing_data" as const, n: 2 };
  const c = { category: "missing_data" as const, n: 3 };
  assert.equal(combine([a, b, c]), b);
  assert.equal(combine([{ category: "cancelled" as const }, a]), a);
  assert.equal(combine([]), undefined);
});

Deno.test("combine() knows a category that has no precedence", () => {
  const alone = { category: "cancelled" as const };
  assert.equal(combine([alone]), alone);
});
