// `lasso serve --record FILE` as a process: what is in the file when it has ended, and that no recording is lost.

import assert from "node:assert/strict";
import { readRecording } from "../../battle/workload/recording.ts";
import { startProvider, stillChain } from "../battle/simulator/support.ts";
import { LassoProcess, rpc } from "../support/lasso_process.ts";

const root = new URL("../../", import.meta.url).pathname;
const flags = ["run", "--no-check", "--config", `${root}deno.json`, "--no-prompt", "-A", `${root}main.ts`];

Deno.test("lasso serve --record writes client calls to a new file, for its owner only, and says how many", async () => {
  const folder = await Deno.makeTempDir({ prefix: "lasso-record-" });
  try {
    await using provider = await startProvider(stillChain());
    await Deno.writeTextFile(
      `${folder}/lasso.yaml`,
      `server: { port: 0 }\nchains: { ethereum: { providers: [ { id: a, url: "${provider.url}" } ] } }\n`,
    );
    const file = `${folder}/traffic.jsonl`;
    const args = [...flags, "serve", "--record", file];
    {
      await using lasso = new LassoProcess(args, folder);
      const url = await lasso.listening();
      await rpc(`${url}/rpc/ethereum`, "eth_getBalance", [
        "0x00000000000000000000000000000000000000aa",
        "0x60",
      ]);
      await rpc(`${url}/rpc/ethereum`, "eth_gasPrice", []);
      assert.equal(await lasso.stop("SIGTERM"), 0);
      assert.match(lasso.err, new RegExp(`lasso: recorded 2 calls to ${file}\n$`));
    }
    const lines = (await Deno.readTextFile(file)).split("\n");
    assert.deepEqual(readRecording(lines, file).map(({ method, params }) => [method, params]), [
      ["eth_getBalance", '["0x00000000000000000000000000000000000000aa","0x60"]'],
      ["eth_gasPrice", "[]"],
    ]);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    await using again = new LassoProcess(args, folder);
    assert.equal(await again.exitCode(), 2);
    assert.match(
      again.err,
      /the file to record to is there already\n {2}at .*traffic\.jsonl\n {2}fix: name another/,
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
