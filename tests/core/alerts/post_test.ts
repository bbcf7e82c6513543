// Over real sockets: what a receiver may do, and what is made of it.

import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { judge, type Post, postByFetch, readRetryAfter } from "../../../core/alerts/post.ts";
import { type Clock, systemClock } from "../../../core/clock.ts";

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

class Receiver implements AsyncDisposable {
  readonly got: {
    readonly headers: IncomingMessage["headers"];
    readonly body: string;
    readonly url: string;
  }[] = [];
  readonly #server: Server;

  private constructor(answer: Answer) {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Uint8Array) => void (body += new TextDecoder().decode(chunk)));
      request.on("end", () => {
        this.got.push({ headers: request.headers, body, url: request.url ?? "" });
        answer(request, response, body);
      });
    });
  }

  static async start(answer: Answer): Promise<Receiver> {
    const receiver = new Receiver(answer);
    await new Promise<void>((resolve) => receiver.#server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  url(user = ""): string {
    return `http://${user}127.0.0.1:${this.port}/hooks/very-secret?token=also-secret`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const post: Post = postByFetch(systemClock, "lasso/test");
const never = new AbortController().signal;

const answering =
  (status: number, headers: Record<string, string> = {}, body = "ok"): Answer => (_q, response) =>
    void response.writeHead(status, headers).end(body);

Deno.test("postByFetch() posts JSON, with the user of the URL as basic auth", async () => {
  await using receiver = await Receiver.start(answering(200));
  assert.deepEqual(await post(receiver.url("me:p%40ss@"), '{"a":1}', never), { ok: true });
  const [request] = receiver.got;
  assert.equal(request?.body, '{"a":1}');
  assert.equal(request?.url, "/hooks/very-secret?token=also-secret");
  assert.equal(request?.headers["content-type"], "application/json");
  assert.equal(request?.headers["user-agent"], "lasso/test");
  assert.equal(request?.headers.authorization, `Basic ${btoa("me:p@ss")}`);
});

const rows: readonly [title: string, answer: Answer, expected: Awaited<ReturnType<Post>>][] = [
  ["204 without a body", answering(204, {}, ""), { ok: true }],
  ["a page of HTML with 200", answering(200, { "content-type": "text/html" }, "<h1>hi</h1>"), { ok: true }],
  ["500", answering(500), { ok: false, error: "HTTP 500", again: true, retryAfterMs: null }],
  ["503 with Retry-After", answering(503, { "retry-after": "7" }), {
    ok: false,
    error: "HTTP 503",
    again: true,
    retryAfterMs: 7_000,
  }],
  ["429 with nonsense in Retry-After", answering(429, { "retry-after": "soon" }), {
    ok: false,
    error: "HTTP 429",
    again: true,
    retryAfterMs: null,
  }],
  ["a page of HTML with 404", answering(404, { "content-type": "text/html" }, "<h1>no very-secret</h1>"), {
    ok: false,
    error: "HTTP 404",
    again: false,
    retryAfterMs: null,
  }],
  ["a redirect", answering(302, { location: "http://127.0.0.1:1/elsewhere" }), {
    ok: false,
    error: "HTTP 302: redirects are not followed",
    again: false,
    retryAfterMs: null,
  }],
];

for (const [title, answer, expected] of rows) {
  Deno.test(`postByFetch() takes ${title} for what it is`, async () => {
    await using receiver = await Receiver.start(answer);
    assert.deepEqual(await post(receiver.url(), "{}", never), expected);
    assert.equal(receiver.got.length, 1);
  });
}

Deno.test("postByFetch() tells of a receiver that is down without its URL", async () => {
  let port: number;
  {
    await using receiver = await Receiver.start(answering(200));
    port = receiver.port;
  }
  const result = await post(`http://127.0.0.1:${port}/hooks/very-secret?token=also-secret`, "{}", never);
  assert.ok(!result.ok && result.again);
  assert.match(result.error, /refused/i);
  assert.doesNotMatch(result.error, /secret/);
});

Deno.test("postByFetch() tells of a receiver that hangs up", async () => {
  await using receiver = await Receiver.start((request) => void request.socket.destroy());
  const result = await post(receiver.url(), "{}", never);
  assert.ok(!result.ok && result.again);
  assert.doesNotMatch(result.error, /secret/);
});

/** The real clock, whose timers fire when the test says so. */
function handClock(): { readonly clock: Clock; fire(): void } {
  let pending: (() => void) | null = null;
  return {
    clock: {
      ...systemClock,
      after: (_ms, fire) => {
        pending = fire;
        return { cancel: () => void (pending = null) };
      },
    },
    fire: () => pending?.(),
  };
}

Deno.test("postByFetch() gives a receiver that says nothing up when its time is over", async () => {
  const { clock, fire } = handClock();
  await using receiver = await Receiver.start(() => fire());
  assert.deepEqual(await postByFetch(clock, "lasso/test")(receiver.url(), "{}", never), {
    ok: false,
    error: "no answer within 5 s",
    again: true,
    retryAfterMs: null,
  });
});

Deno.test("postByFetch() does not wait for an answer's body", async () => {
  await using receiver = await Receiver.start((_request, response) => {
    response.writeHead(200, { "content-type": "text/plain" });
    response.write("and so on");
  });
  assert.deepEqual(await post(receiver.url(), "{}", never), { ok: true });
});

Deno.test("postByFetch() ends when it is told to", async () => {
  const stop = new AbortController();
  await using receiver = await Receiver.start(() => stop.abort());
  const result = await post(receiver.url(), "{}", stop.signal);
  assert.ok(!result.ok);
  assert.equal(result.error, "given up");
});

Deno.test("readRetryAfter() reads seconds and dates", () => {
  const now = Date.UTC(2026, 0, 1);
  assert.equal(readRetryAfter("120", now), 120_000);
  assert.equal(readRetryAfter("Thu, 01 Jan 2026 00:01:00 GMT", now), 60_000);
  assert.equal(readRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now), 0);
  for (const nonsense of [null, "", "-1", "1.5", "soon"]) assert.equal(readRetryAfter(nonsense, now), null);
});

Deno.test("judge() tries again what may pass, and nothing else", () => {
  const again = (status: number): boolean | null => {
    const result = judge(status, null, 0);
    return result.ok ? null : result.again;
  };
  assert.deepEqual([200, 204, 299].map(again), [null, null, null]);
  assert.deepEqual([408, 425, 429, 500, 502, 503, 504].map(again), Array.from({ length: 7 }, () => true));
  assert.deepEqual(
    [301, 302, 307, 400, 401, 403, 404, 410].map(again),
    Array.from({ length: 8 }, () => false),
  );
});
