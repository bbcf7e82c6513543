import assert from "node:assert/strict";
import { Contract, id, Interface, isError, JsonRpcProvider, parseEther, Wallet } from "ethers";
import { selectors } from "../../../battle/simulator/contract_calls.ts";
import { simTokens } from "../../../battle/simulator/world.ts";
import type { SimulatedChain } from "../../../battle/simulator/chain.ts";
import { startProvider, stillChain } from "./support.ts";

const [dollar] = simTokens;
const abi = [
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "function balanceOf(address) view returns (uint256)",
  "function symbol() view returns (string)",
];

async function withEthers(
  run: (provider: JsonRpcProvider, chain: SimulatedChain) => Promise<void>,
): Promise<void> {
  const chain = stillChain();
  await using simulated = await startProvider(chain);
  const provider = new JsonRpcProvider(simulated.url, 1, { staticNetwork: true, cacheTimeout: -1 });
  provider.pollingInterval = 10;
  try {
    await run(provider, chain);
  } finally {
    provider.destroy();
  }
}

Deno.test("SimulatedProvider ethers reads blocks with transactions and receipts", async () => {
  await withEthers(async (provider) => {
    const block = (await provider.getBlock("latest", true))!;
    assert.equal(block.number, 96);
    for (const tx of block.prefetchedTransactions) {
      const receipt = (await provider.getTransactionReceipt(tx.hash))!;
      assert.equal(receipt.blockHash, block.hash);
      assert.equal(receipt.hash, tx.hash);
      assert.ok(receipt.gasUsed <= tx.gasLimit);
    }
    assert.equal((await provider.getBlock(block.hash!))?.hash, block.hash);
    await provider.getBlock("pending");
  });
});

Deno.test("SimulatedProvider ethers decodes Transfer logs and calls the token", async () => {
  await withEthers(async (provider, chain) => {
    const logs = await provider.getLogs({
      address: dollar.address,
      topics: [id("Transfer(address,address,uint256)")],
      fromBlock: 80,
      toBlock: 96,
    });
    assert.ok(logs.length > 5);
    const coder = new Interface(abi);
    for (const log of logs) assert.ok(coder.parseLog(log)!.args["value"] > 0n);
    const token = new Contract(dollar.address, abi, provider);
    assert.equal(await token.getFunction("symbol")(), "USDS");
    assert.ok(await token.getFunction("balanceOf")(chain.accounts[1]!.address) > 0n);
  });
});

Deno.test("SimulatedProvider ethers sends a transaction and waits for it", async () => {
  await withEthers(async (provider, chain) => {
    const wallet = new Wallet(`0x${"6b".repeat(32)}`, provider);
    const sent = await wallet.sendTransaction({ to: chain.accounts[0]!.address, value: parseEther("0.5") });
    const waiting = sent.wait();
    chain.mine();
    const receipt = (await waiting)!;
    assert.equal(receipt.status, 1);
    assert.equal(receipt.from, wallet.address);
  });
});

Deno.test("SimulatedProvider ethers sees a revert's reason", async () => {
  await withEthers(async (provider) => {
    await assert.rejects(
      provider.call({ to: dollar.address, data: selectors.revert }),
      (thrown) => isError(thrown, "CALL_EXCEPTION") && thrown.reason === "simulated revert",
    );
  });
});
