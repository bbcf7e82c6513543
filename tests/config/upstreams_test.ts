import assert from "node:assert/strict";
import { settingsFromUpstreams, splitUpstreams } from "../../config/upstreams.ts";

const answers: Readonly<Record<string, number>> = {
  "https://a.example.com/key": 1,
  "https://b.example.com/key": 31337,
  "https://a.example.com/other": 1,
  "http://127.0.0.1:8545": 1,
};

function chainIdOf(url: string): Promise<number> {
  const chainId = answers[url];
  return chainId === undefined ? Promise.reject(new Error(`refused by ${url}`)) : Promise.resolve(chainId);
}

Deno.test("splitUpstreams() skips spaces and empty entries", () => {
  assert.deepEqual(splitUpstreams(" https://a , ,http://b,"), ["https://a", "http://b"]);
  assert.deepEqual(splitUpstreams(""), []);
});

Deno.test("settingsFromUpstreams() sorts URLs by the chain that they tell", async () => {
  const { settings, failures } = await settingsFromUpstreams(Object.keys(answers), chainIdOf);
  assert.deepEqual(failures, []);
  assert.deepEqual(
    settings.chains.map((
      chain,
    ) => [chain.name, chain.chainId, chain.aliases, chain.providers.map(({ id }) => id)]),
    [
      ["ethereum", 1, ["eth", "mainnet"], ["a.example.com", "a.example.com-2", "127.0.0.1-8545"]],
      ["chain-31337", 31337, [], ["b.example.com"]],
    ],
  );
});

Deno.test("settingsFromUpstreams() goes on without one that does not answer, and masks it", async () => {
  const { settings, failures } = await settingsFromUpstreams(
    ["https://gone.example.com/secret", "https://a.example.com/key"],
    chainIdOf,
  );
  assert.equal(settings.chains.length, 1);
  assert.deepEqual(failures, [{
    url: "https://gone.example.com/***",
    message: "refused by https://gone.example.com/***",
  }]);
});

Deno.test("settingsFromUpstreams() rejects when none answers, or one is no URL", async () => {
  await assert.rejects(settingsFromUpstreams(["https://gone.example.com/secret"], chainIdOf), {
    name: "LassoError",
    message: "none of the upstreams told which chain it serves\n  at environment variable LASSO_UPSTREAMS\n" +
      "  fix: https://gone.example.com/***: refused by https://gone.example.com/***",
  });
  await assert.rejects(settingsFromUpstreams(["wss://a.example.com"], chainIdOf), {
    message: /^entry 1 is not an http or https URL\n/,
  });
});
