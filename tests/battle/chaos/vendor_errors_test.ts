import assert from "node:assert/strict";
import { classify } from "../../../core/rpc/classify.ts";
import { type VendorError, vendorError, vendorErrors } from "../../../battle/chaos/vendor_errors.ts";

const methods: Readonly<Record<string, string>> = {
  range: "eth_getLogs",
  tx_rejected: "eth_sendRawTransaction",
  tx_known: "eth_sendRawTransaction",
};

for (const [name, error] of Object.entries<VendorError>(vendorErrors)) {
  Deno.test(`vendorErrors ${name} means ${error.is} to the router`, () => {
    const { is, status, code, message, data } = error;
    const facts = {
      method: methods[is] ?? "eth_call",
      status,
      retryAfterMs: null,
      error: { code, message, ...(data === undefined ? {} : { data }) },
      fault: null,
      bodyText: null,
    };
    assert.equal(classify(facts, []).category, is);
  });
}

Deno.test("vendorError() knows its names and no others", () => {
  assert.equal(vendorError("bsc_limit")?.code, -32005);
  assert.equal(vendorError("toString"), null);
});
