import assert from "node:assert/strict";
import { faultBody, faultKinds, faultWords } from "../../../ui/models/demo.ts";

const place = { chain: "ethereum", provider: "swift" };
const infoOf = (kind: string): typeof faultKinds[number] => faultKinds.find((one) => one.kind === kind)!;

Deno.test("faultBody() sends what the kind takes, and nothing else", () => {
  assert.deepEqual(faultBody(infoOf("kill"), place, {}, ""), { kind: "kill", ...place });
  assert.deepEqual(faultBody(infoOf("latency"), place, { ms: 50 }, "30s"), {
    kind: "latency",
    ...place,
    for: "30s",
    ms: 50,
  });
  assert.deepEqual(faultBody(infoOf("reorg"), place, {}, "30s"), {
    kind: "reorg",
    chain: "ethereum",
    depth: 3,
  });
});

Deno.test("faultBody() sends a share that was typed in per cent", () => {
  assert.deepEqual(faultBody(infoOf("error_rate"), place, { share: 25 }, ""), {
    kind: "error_rate",
    ...place,
    share: 0.25,
    status: 503,
  });
});

Deno.test("faultWords() says what a fault does, and an unknown one by its name", () => {
  assert.equal(faultWords({ kind: "latency", figures: { ms: 400 } }), "slower by 400 ms");
  assert.equal(
    faultWords({ kind: "error_rate", figures: { share: 0.5, status: 503 } }),
    "503 for 50 % of calls",
  );
  assert.equal(faultWords({ kind: "melt_down", figures: {} }), "melt down");
});
