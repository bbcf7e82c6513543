// Requests and Streams show what the API tells, with a provider killed: the calls that moved on, with every attempt and
// why each candidate stood where it did, and who feeds the streams now.

import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { inPage, type PageStand } from "../../support/page_stand.ts";
import { until } from "../../support/until.ts";
import { count, exact, millis } from "../../../ui/format/number.ts";
import { type KeptCall, outcomeText, type WholeCall } from "../../../ui/models/calls.ts";
import { eventText } from "../../../ui/models/event_text.ts";
import { ofHistory, type PastEvent } from "../../../ui/models/past_events.ts";
import { feeding, keyText, type StreamRow } from "../../../ui/models/streams.ts";
import { agree, looking, only, type PageCase, panelOf, rowsOf, textsOf } from "./page_case.ts";

const failovers = "/api/requests?chain=base&outcome=failover&limit=50";

/** A provider dies that gets calls by turns with the others: calls move on from it, and then no more come. */
async function movedCalls(stand: PageStand, dead: string): Promise<void> {
  const since = Date.now();
  const isNew = ({ at }: KeptCall): boolean => Date.parse(at) >= since;
  await stand.desk.startTraffic({ kind: "workload", rate: 20, chain: "base", strategy: "round_robin" });
  // Over HTTP, where a dead provider is only found by asking it; its WebSocket is known to be cut.
  await until("it answers", async () => {
    const newest = await stand.api<readonly KeptCall[]>(`/api/requests?chain=base&provider=${dead}&limit=20`);
    return newest.some((call) => isNew(call) && call.provider_transport === "http");
  });
  await stand.desk.beginFault("base", dead, { kind: "kill" }, null);
  await until("a call has failed over and is kept", async () => {
    const moved = await stand.api<readonly KeptCall[]>(failovers);
    if (moved.some((call) => isNew(call) && call.attempts[0]?.provider === dead)) return true;
    const state = await stand.api<readonly unknown[]>(`/api/providers?chain=base`);
    throw new Error(JSON.stringify({ moved: moved.filter(isNew), state }));
  });
  await stand.desk.stopTraffic();
}

const calls: PageCase = {
  name: "Requests lists the calls that failed over, and one of them with its attempts, as the API tells them",
  run: (stand) =>
    looking(stand, "/requests?chain=base&outcome=failover", async ({ page }) => {
      const dead = "steady";
      await movedCalls(stand, dead);
      const told = await agree("the list is the API's", {
        ask: () => stand.api<readonly KeptCall[]>(failovers),
        expected: (calls) => sorted(calls.map(rowOf)),
        shown: async () =>
          sorted(
            only(
              await rowsOf(page, "Calls"),
              "Method",
              "Provider",
              "Strategy",
              "Retries",
              "Outcome",
              "Duration",
            ),
          ),
      });
      const { id } = told.find(({ attempts }) => attempts[0]?.provider === dead)!;
      await page.locator(`a[href*="id=${id}"]`).first().click();
      const whole = await agree("the call is the API's", {
        ask: () => stand.api<WholeCall>(`/api/requests/${id}`),
        expected: (call) => ({
          duration: millis(call.duration_ms),
          attempts: call.attempts.map(({ provider, transport, outcome, ms }, at) =>
            `${at + 1} ${provider} ${transport}: ${outcomeText(outcome)}, ${millis(ms)}`
          ),
          candidates: call.candidates.map(({ id: name, why }) => `${name}: ${why.replaceAll("_", " ")}`),
        }),
        shown: () => shownCall(page),
      });
      assert.ok(whole.attempts.length >= 2 && whole.candidates.length >= 3);
      assert.equal(whole.attempts[0]!.provider, dead);
      assert.notEqual(whole.attempts.at(-1)!.provider, dead);
      await page.keyboard.press("Escape");
      await panelOf(page, "One call").waitFor({ state: "detached" });
    }),
};

function rowOf({ method, provider, provider_transport, strategy, retries, outcome, duration_ms }: KeptCall): {
  readonly [head: string]: string;
} {
  return {
    Method: method,
    Provider: `${provider} ${provider_transport}`,
    Strategy: strategy,
    Retries: count(retries),
    Outcome: `${outcomeText(outcome)} after ${retries} ${retries === 1 ? "retry" : "retries"}`,
    Duration: millis(duration_ms),
  };
}

async function shownCall(page: Page): Promise<unknown> {
  return await inPage(
    page,
    `(() => {
      const text = (one, selector) => one.querySelector(selector).textContent.replace(/\\s+/g, " ").trim();
      const call = document.querySelector(".one-call");
      return {
        duration: text(call, ".call-headline .figure"),
        attempts: [...call.querySelectorAll(".waterfall li")].map((one) =>
          text(one, ".lane-name") + ": " + text(one, ".outcome") + ", " +
          text(one, ".figure").replace(/^.*, took /, "")),
        candidates: [...call.querySelectorAll(".candidates li")].map((one) =>
          text(one, "b") + ": " + text(one, ".why").replaceAll("_", " ")),
      };
    })()`,
  );
}

const streams: PageCase = {
  name: "Streams shows who feeds each stream and what happened, after its upstream died, as the API tells it",
  run: (stand) =>
    looking(stand, "/streams?chain=ethereum", async ({ page }) => {
      const ask = (): Promise<readonly StreamRow[]> => stand.api("/api/streams?chain=ethereum");
      const heads = (rows: readonly StreamRow[]): StreamRow | undefined =>
        rows.find(({ type }) => type === "newHeads");
      const fed = await until("somebody feeds the heads", async () => {
        const row = heads(await ask());
        return row !== undefined && feeding(row) === "fed" && row.position !== null && row;
      });
      const dead = fed.upstreams.find(({ state }) => state === "open")!.provider;
      await stand.desk.beginFault("ethereum", dead, { kind: "kill" }, null);
      await until("another one feeds them", async () => {
        const row = heads(await ask());
        return row?.upstreams.some(({ provider, state }) => provider !== dead && state === "open") &&
          row.upstreams.every(({ provider, state }) => provider !== dead || state !== "open");
      });
      await agree("the streams are the API's", {
        ask,
        expected: (rows) => sorted(rows.map(streamRow)),
        shown: async () =>
          sorted(
            only(
              await rowsOf(page, "Streams"),
              "Subscription",
              "Chain",
              "Clients",
              "Fed by",
              "Position",
              "Filled",
              "Gaps",
              "Failovers",
            ),
          ),
      });
      await agree("what happened is what the API tells", {
        ask: () =>
          stand.api<readonly PastEvent[]>("/api/events?topics=stream&since=-24h&limit=40&chain=ethereum"),
        expected: (events) => sorted(events.map((event) => eventText(ofHistory(event)))),
        shown: async () => sorted(await textsOf(page, '[aria-labelledby="panel-stream-events"] li > span')),
      });
    }),
};

function streamRow(row: StreamRow): { readonly [head: string]: string } {
  const { type, key, chain, clients, upstreams, position, filled, gaps, failovers: moved } = row;
  const names = upstreams.filter(({ state }) => state !== "over").map(({ provider }) => provider);
  const word = feeding(row);
  return {
    Subscription: `${type} ${keyText(key)}`.trim(),
    Chain: chain,
    Clients: count(clients),
    "Fed by": word === "cut"
      ? "nobody"
      : [...new Set(names)].join(", ") + (word === "fed" ? "" : " (opening)"),
    Position: exact(position),
    Filled: count(filled),
    Gaps: count(gaps),
    Failovers: count(moved),
  };
}

/** Rows of the same moment stand in either order. */
function sorted<Row>(rows: readonly Row[]): readonly Row[] {
  return rows.toSorted((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

export function callCases(): readonly PageCase[] {
  return [calls, streams];
}
