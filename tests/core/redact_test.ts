import assert from "node:assert/strict";
import { maskText, maskUrl } from "../../core/redact.ts";

Deno.test("maskUrl() keeps scheme and host only", () => {
  assert.equal(maskUrl("https://user:pw@host:8545/v2/KEY?x=1"), "https://host:8545/***");
  assert.equal(maskUrl("wss://host/"), "wss://host");
  assert.equal(maskUrl("KEY"), "***");
});

Deno.test("maskText() masks URLs and secrets, and leaves short ones", () => {
  const text = "no way to http://user:pw@host/v2/KEY with topsecret in v2";
  assert.equal(maskText(text, ["topsecret", "v2"]), "no way to http://host/*** with *** in v2");
});

Deno.test("maskText() leaves nothing of a secret that another one is a part of", () => {
  for (const secrets of [["ethereum", "KEYethereumKEY"], ["KEYethereumKEY", "ethereum"]]) {
    assert.equal(maskText("bad KEYethereumKEY on ethereum", secrets), "bad *** on ***");
  }
});
