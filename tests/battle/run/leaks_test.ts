import assert from "node:assert/strict";
import { LeakSearch, plantedSecret, searchFile } from "../../../battle/run/leaks.ts";
import { seededRandom } from "../../../core/random.ts";

const secret = plantedSecret(seededRandom(1));

Deno.test("plantedSecret() is another one for each seed, and safe in paths and headers", () => {
  assert.match(secret, /^planted-secret-[0-9a-f]{20}$/);
  assert.notEqual(secret, plantedSecret(seededRandom(2)));
});

Deno.test("LeakSearch names the place and the line, and never the secret", () => {
  const leaks = new LeakSearch(secret);
  leaks.search("the log", `fine\nfailed at http://x/v2/${secret}-path: refused\n`);
  assert.deepEqual(leaks.leaks, ["the log: failed at http://x/v2/<secret>-path: refused"]);
});

Deno.test("LeakSearch finds a secret that was cut, and counts lines that differ in numbers only once", () => {
  const leaks = new LeakSearch(secret);
  leaks.search("errors", `call 1: ${secret.slice(0, 25)}`);
  leaks.search("errors", `call 22: ${secret.slice(0, 25)}`);
  leaks.search("errors", secret.slice(0, 12));
  assert.equal(leaks.leaks.length, 1);
});

Deno.test("LeakSearch without a secret finds nothing", () => {
  const leaks = new LeakSearch(null);
  leaks.search("anything", "planted-secret-");
  assert.deepEqual(leaks.leaks, []);
});

Deno.test("searchFile() reads a log line by line", async () => {
  const path = Deno.makeTempFileSync();
  try {
    Deno.writeTextFileSync(path, `one\ntwo ${secret}\n`);
    const leaks = new LeakSearch(secret);
    await searchFile(leaks, "the log", path);
    assert.deepEqual(leaks.leaks, ["the log: two <secret>"]);
  } finally {
    Deno.removeSync(path);
  }
});
