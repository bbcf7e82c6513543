import assert from "node:assert/strict";
import { type LedgerFilter, matches } from "../../../battle/simulator/ledger.ts";
import { hashOf, ledgerOf, line } from "./ledger_support.ts";

Deno.test("Ledger keeps every branch and knows which one is canonical", () => {
  const ledger = ledgerOf(`${line(5)} B4<A3 B5<B4 B6<B5`, "B6");
  assert.equal(ledger.size, 8);
  assert.equal(ledger.tip?.number, 6);
  const [a5, b6] = [ledger.block(hashOf("A5")), ledger.block(hashOf("B6"))];
  assert.ok(a5 !== undefined && b6 !== undefined);
  assert.equal(ledger.ancestorAt(b6, 3)?.hash, "0xA3");
  assert.equal(ledger.ancestorAt(b6, 4)?.hash, "0xB4");
  assert.equal(ledger.ancestorAt(b6, 0), undefined);
  assert.equal(ledger.isAncestor(a5, b6), false);
  assert.equal(ledger.isAncestor(b6, b6), true);
  assert.equal(ledger.ordinalOf("0xA1"), 0);
  assert.equal(ledger.ordinalOf("0xnone"), Infinity);
  assert.deepEqual(
    ledger.canonicalWhile(({ number }) => number > 3).map(({ hash }) => hash),
    ["0xB4", "0xB5", "0xB6"],
  );
});

Deno.test("Ledger refuses a block twice and a tip that it does not have", () => {
  const ledger = ledgerOf(line(2), "A2");
  assert.throws(() => ledger.add({ number: 2, hash: "0xA2", parentHash: "0xA1", logs: [] }), {
    message: "block 0xA2 is in the ledger already",
  });
  assert.throws(() => ledger.setCanonical("0xA3"), { message: "block 0xA3 is not in the ledger" });
});

Deno.test("matches() takes address and topics as eth_getLogs does", () => {
  const log = { address: "0xaa", topics: ["0x01", "0x02"] };
  const passing: LedgerFilter[] = [
    {},
    { address: null, topics: null },
    { address: [], topics: [] },
    { address: "0xAA" },
    { address: ["0xbb", "0xaa"] },
    { topics: ["0x01"] },
    { topics: [null, "0x02"] },
    { topics: [["0x03", "0x01"], ["0x02"]] },
    { topics: [[], "0x02"] },
    { topics: ["0x01", "0x02", null, []] },
  ];
  for (const filter of passing) assert.equal(matches(filter, log), true, JSON.stringify(filter));
  const failing: LedgerFilter[] = [
    { address: "0xbb" },
    { address: ["0xbb", "0xcc"] },
    { topics: ["0x02"] },
    { topics: [null, ["0x01", "0x03"]] },
    { topics: [null, null, "0x01"] },
    { address: "0xaa", topics: ["0x09"] },
  ];
  for (const filter of failing) assert.equal(matches(filter, log), false, JSON.stringify(filter));
});
