import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { z } from "zod";
import type { strategiesShape } from "../../../core/server/api/analytics_shapes.ts";
import { bestOf, type Compared, methodsOf, strategyRows } from "../../../ui/models/strategy_rows.ts";

type Given = z.infer<typeof strategiesShape>[number];

const times = { p50_ms: 20, p95_ms: 40, p99_ms: 60 };
const theory = { ...times, calls: 100, known: 0.9, success: 1, units: 100, usd: 0.2 };

/** What the API gives is what is read. */
function compared(): Compared {
  return given();
}

function given(): Given {
  const method = (name: string, more: object): Given["strategies"][number]["methods"][number] => ({
    ...{ method: name, ...theory },
    ...more,
  });
  return {
    ...{ chain: "base", from: "", to: "", cell_ms: 60_000, calls: 100, left_out: 0, broken: [] },
    strategies: [
      {
        ...{
          strategy: "fastest",
          served: true,
          ...theory,
          faults: 0,
          providers: [{ provider: "a", share: 1 }],
        },
        methods: [
          method("eth_call", { calls: 70, usd: 0.14 }),
          method("eth_getLogs", { calls: 30, p95_ms: 90 }),
        ],
      },
      {
        ...{
          strategy: "cheapest",
          served: false,
          ...theory,
          usd: 0,
          p50_ms: 30,
          known: 0.2,
          faults: 0,
          providers: [],
        },
        methods: [method("eth_call", { calls: 70, usd: 0, p95_ms: 10, known: 0.1 })],
      },
    ],
    measured: [{
      ...{ strategy: "fastest", calls: 140, ...times, call_success: 0.99, attempts: 100, success: 0.98 },
      ...{ units: 100, usd: 0.2, providers: [{ provider: "a", share: 1 }] },
      methods: [{ method: "eth_blockNumber", calls: 40, ...times, call_success: 1, units: 0, usd: 0 }],
    }],
  };
}

Deno.test("strategyRows() puts facts before theory", () => {
  const rows = strategyRows(compared(), "");
  deepStrictEqual(rows.map(({ kind, strategy, calls, known }) => [kind, strategy, calls, known]), [
    ["measured", "fastest", 140, null],
    ["expected", "fastest", 100, 0.9],
    ["expected", "cheapest", 100, 0.2],
  ]);
});

Deno.test("strategyRows() shares the cost out over calls that reached a provider, in fact and theory alike", () => {
  deepStrictEqual(strategyRows(compared(), "").map(({ usdPerThousand }) => usdPerThousand), [2, 2, 0]);
});

Deno.test("strategyRows() gives a method's rows where there are any", () => {
  const of = (method: string): unknown[] =>
    strategyRows(compared(), method).map(({ kind, strategy, calls }) => [kind, strategy, calls]);
  deepStrictEqual(of("eth_call"), [["expected", "fastest", 70], ["expected", "cheapest", 70]]);
  deepStrictEqual(of("eth_getLogs"), [["expected", "fastest", 30]]);
  deepStrictEqual(of("eth_blockNumber"), [["measured", "fastest", 40]]);
});

Deno.test("methodsOf() lists most calls first, and those that nothing steers only when asked", () => {
  const names = (steered: boolean): string[] => methodsOf(compared(), steered).map(({ method }) => method);
  deepStrictEqual(names(false), ["eth_call", "eth_blockNumber", "eth_getLogs"]);
  deepStrictEqual(names(true), ["eth_call", "eth_getLogs"]);
});

Deno.test("bestOf() takes no time of which little is known, but any cost", () => {
  const rows = strategyRows(compared(), "eth_call");
  // 10 ms of the cheapest rests on a tenth of the calls; what is left has nothing to be compared with.
  strictEqual(bestOf(rows, "p95"), null);
  strictEqual(bestOf(rows, "cost"), 0);
});

Deno.test("bestOf() marks none where all are the same", () => {
  const [, fastest] = strategyRows(compared(), "");
  strictEqual(bestOf(fastest === undefined ? [] : [fastest, fastest], "p50"), null);
});
