// The contract of WebSocket transports, as tests: every plugin that speaks WebSocket runs it against the nasty server. A
// case that a plugin can't do is skipped by its name, with the reason.

import assert from "node:assert/strict";
import type { TransportPlugin } from "../core/plugins/transport.ts";
import { NastyWsServer } from "./support/nasty_ws_server.ts";
import { settles } from "./support/settles.ts";
import { testDeps, testTarget } from "./support/transport_probe.ts";
import { callCases } from "./support/ws_call_cases.ts";
import type { WsCase, WsStage } from "./support/ws_case.ts";
import { subscriptionCases } from "./support/ws_subscription_cases.ts";
import type { Skips } from "./transports_contract.ts";

const cases: Readonly<Record<string, WsCase>> = { ...callCases, ...subscriptionCases };

/** Registers the whole suite for a plugin without options. */
export function wsTransportContract<Options>(
  name: string,
  plugin: TransportPlugin<Options>,
  skip: Skips = {},
): void {
  const unknown = Object.keys(skip).filter((title) => cases[title] === undefined);
  if (unknown.length > 0) throw new Error(`There is no case to skip of the name ${unknown.join(", ")}.`);

  Deno.test(`${name} parse() takes nothing or an empty object, and names what is more`, () => {
    plugin.parse(undefined);
    plugin.parse({});
    assert.throws(() => plugin.parse({ sped: 1 }), /sped/);
  });

  for (const [title, { behaviour, run }] of Object.entries(cases)) {
    const reason = skip[title];
    Deno.test({
      name: `${name} ${title}${reason === undefined ? "" : ` (skipped: ${reason})`}`,
      ignore: reason !== undefined,
      fn: async () => {
        await using server = await NastyWsServer.start(behaviour === undefined ? {} : { behaviour });
        await using stack = new AsyncDisposableStack();
        const to: WsStage["to"] = (path, more) => {
          const target = testTarget(server.url(path), more);
          const transport = plugin.create(plugin.parse(undefined), target, testDeps());
          stack.defer(() => settles(transport[Symbol.asyncDispose]()));
          return transport;
        };
        await settles(run({ server, to }));
      },
    });
  }
}
