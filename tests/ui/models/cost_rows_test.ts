import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { z } from "zod";
import type { costsShape } from "../../../core/server/api/analytics_shapes.ts";
import {
  type Costs,
  dayRows,
  methodRows,
  moreText,
  providerRows,
  savedText,
  type Saving,
  savingRows,
} from "../../../ui/models/cost_rows.ts";

/** What the API gives is what is read. */
function costs(usd: number): Costs {
  return given(usd);
}

function given(usd: number): z.infer<typeof costsShape> {
  const of = (share: number): { n: number; units: number; usd: number } => ({
    ...{ n: 100 * share, units: 1000 * share },
    usd: usd * share,
  });
  return {
    total: of(1),
    chains: [
      {
        ...{ chain: "base", ...of(0.25) },
        providers: [{ provider: "a", ...of(0.25) }],
        methods: [{ method: "eth_call", ...of(0.25) }],
      },
      {
        ...{ chain: "ethereum", ...of(0.75) },
        providers: [{ provider: "a", ...of(0.75) }],
        methods: [{ method: "eth_call", ...of(0.25) }, { method: "eth_getLogs", ...of(0.5) }],
      },
    ],
    days: [
      { at: "2026-01-30T00:00:00.000Z", chain: "base", ...of(0.25) },
      { at: "2026-01-31T00:00:00.000Z", chain: "base", ...of(0.25) },
      { at: "2026-01-31T00:00:00.000Z", chain: "ethereum", ...of(0.5) },
    ],
    ...{ quotas: [], savings: [], savings_note: null },
  };
}

Deno.test("providerRows() keeps chains apart, dearest first", () => {
  const rows = providerRows(costs(8)).map(({ chain, name, usd, share }) => [chain, name, usd, share]);
  deepStrictEqual(rows, [["ethereum", "a", 6, 0.75], ["base", "a", 2, 0.25]]);
});

Deno.test("methodRows() sums up over chains", () => {
  const rows = methodRows(costs(8)).map(({ name, usd, n, share }) => [name, usd, n, share]);
  deepStrictEqual(rows, [["eth_call", 4, 50, 0.5], ["eth_getLogs", 4, 50, 0.5]]);
});

Deno.test("methodRows() shares by units where nothing cost dollars", () => {
  deepStrictEqual(methodRows(costs(0)).map(({ share }) => share), [0.5, 0.5]);
});

Deno.test("dayRows() sums up over chains, newest first, against the dearest day", () => {
  const rows = dayRows(costs(8)).map(({ name, usd, share }) => [name.slice(0, 10), usd, share]);
  deepStrictEqual(rows, [["2026-01-31", 6, 1], ["2026-01-30", 2, 1 / 3]]);
});

const saving: Saving = {
  ...{ chain: "base", from: "", to: "", calls: 10, usd: 6 },
  strategies: [{ strategy: "cheapest", usd: 0, saved_usd: -6 }],
  providers: [{ provider: "a", type: "paid", usd: 8, saved_usd: 2 }],
  dearest: "a",
};

Deno.test("savingRows() puts what was among what might have been, cheapest first", () => {
  deepStrictEqual(savingRows(saving).map(({ name, usd, more, share }) => [name, usd, more, share]), [
    ["cheapest", 0, -6, 0],
    ["as it was served", 6, null, 0.75],
    ["a", 8, 2, 1],
  ]);
});

Deno.test("moreText() says the difference in words", () => {
  deepStrictEqual([moreText(2), moreText(-6), moreText(0), moreText(null)], [
    "$2.00 more",
    "$6.00 less",
    "the same",
    "",
  ]);
});

Deno.test("savedText() compares with the dearest provider alone", () => {
  strictEqual(savedText(saving), ", $2.00 (25 %) less than a alone");
  strictEqual(savedText({ ...saving, dearest: null }), "");
});
