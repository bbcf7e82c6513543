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
  await assert.rejects(settingsFromUpstreams(["ftp://a.example.com"], chainIdOf), {
    message: /^entry 1 is not an http, https, ws or wss URL\n/,
  });
});

Deno.test("settingsFromUpstreams() gives a WebSocket URL to the provider on its host", async () => {
  const wsUrls = async (...urls: readonly string[]): Promise<Record<string, string | null>> => {
    const { settings } = await settingsFromUpstreams(urls, () => Promise.resolve(1));
    return Object.fromEntries(settings.chains[0]?.providers.map(({ id, wsUrl }) => [id, wsUrl]) ?? []);
  };
  assert.deepEqual(
    await wsUrls("wss://a.example.com/ws/key", "https://a.example.com/key", "https://b.example.com"),
    {
      "a.example.com": "wss://a.example.com/ws/key",
      "b.example.com": null,
    },
  );
  // The same path first, then the same port; a node's own ports differ.
  assert.deepEqual(
    await wsUrls("https://a.example.com/1", "https://a.example.com/2", "wss://a.example.com/2"),
    { "a.example.com": null, "a.example.com-2": "wss://a.example.com/2" },
  );
  assert.deepEqual(await wsUrls("http://127.0.0.1:1", "http://127.0.0.1:2", "ws://127.0.0.1:2/ws"), {
    "127.0.0.1-1": null,
    "127.0.0.1-2": "ws://127.0.0.1:2/ws",
  });
  assert.deepEqual(await wsUrls("http://127.0.0.1:8545", "ws://127.0.0.1:8546"), {
    "127.0.0.1-8545": "ws://127.0.0.1:8546",
  });
});

Deno.test("settingsFromUpstreams() rejects a WebSocket URL whose provider can't be told, without its key", async () => {
  const refused = async (urls: readonly string[], message: RegExp): Promise<void> => {
    await assert.rejects(settingsFromUpstreams(urls, () => Promise.resolve(1)), (thrown: unknown) => {
      assert.ok(thrown instanceof Error);
      assert.match(thrown.message, message);
      assert.ok(!thrown.message.includes("secret"));
      return true;
    });
  };
  await refused(
    ["https://a.example.com", "wss://b.example.com/secret"],
    /^entry 2 is a WebSocket URL of b\.example\.com, which has no HTTP URL beside it\n.*\n {2}fix: add its http/,
  );
  await refused(
    ["https://a.example.com/1", "https://a.example.com/2", "wss://a.example.com/secret"],
    /^entry 3 may belong to several HTTP URLs of a\.example\.com\n/,
  );
  await refused(
    ["https://a.example.com", "wss://a.example.com/1", "wss://a.example.com/secret"],
    /^entry 3 is a second WebSocket URL of one HTTP URL of a\.example\.com\n/,
  );
});
