// What a node's message is taken for, and that no text, however broken, throws.

import assert from "node:assert/strict";
import { below, seededRandom } from "../../core/random.ts";
import { firstId, lastId, readMessage, subscriptionId, usualId } from "../../transports/ws/message.ts";

Deno.test("usualId() reads the id behind the version, or behind the result at the end", () => {
  const cases: readonly (readonly [string, number])[] = [
    ['{"jsonrpc":"2.0","id":7,"result":1}', 7],
    ['{"jsonrpc":"2.0","id":0,"result":1}', 0],
    ['{"jsonrpc":"2.0","id":999999999999999,"result":1}', 999999999999999],
    ['{"jsonrpc":"2.0","result":{"id":3},"id":12345}', 12345],
    ['{"jsonrpc":"2.0","id":07,"result":1}', -1],
    ['{"jsonrpc":"2.0","id":-7,"result":1}', -1],
    ['{"jsonrpc":"2.0","id":7.0,"result":1}', -1],
    ['{"jsonrpc":"2.0","id":"7","result":1}', -1],
    ['{"jsonrpc":"2.0","id":99999999999999999999,"result":1}', -1],
    ['{"jsonrpc":"2.0","id":7', -1],
    ['{"jsonrpc":"2.0","result":"\\",\\"id\\":5","id":6}', 6],
    ['{"jsonrpc":"2.0","result":1,"id":5} ', -1],
    ['{"jsonrpc":"2.0","result":1,"id":}', -1],
    ['{"jsonrpc":"2.0","result":1}', -1],
    ['{"id":7,"result":1}', -1],
    ["", -1],
  ];
  for (const [text, id] of cases) assert.equal(usualId(text), id, text);
  assert.equal(firstId('{"jsonrpc":"2.0","id":12,"res'), 12);
  assert.equal(lastId('abc","id":340}'), 340);
  assert.equal(lastId(',"id":x340}'), -1);
});

Deno.test("readMessage() tells answers, events, other notifications and breaches apart", () => {
  const answer = { kind: "answer", isError: false, result: "1" };
  const cases: readonly (readonly [string, unknown])[] = [
    ['{"id":5,"result":1}', { ...answer, id: 5 }],
    ['{"id":5e0,"result":1}', { ...answer, id: 5 }],
    ['{"id":"5","result":1}', { ...answer, id: 5 }],
    ['{"id":"","result":1}', { ...answer, id: '""' }],
    ['{"id":"u1","result":1}', { ...answer, id: '"u1"' }],
    ['{"id":-1,"result":1}', { ...answer, id: "-1" }],
    ['{"id":1.5,"result":1}', { ...answer, id: "1.5" }],
    ['{"id":null,"result":1}', { ...answer, id: null }],
    ['{"id":5}', { ...answer, id: 5, result: null }],
    ['{"id":1,"id":2,"result":1}', { ...answer, id: 2 }],
    ['{"id":1,"result":null,"error":{}}', { kind: "answer", id: 1, isError: true, result: "null" }],
    ['{"id":1,"result":1,"error":null}', { ...answer, id: 1 }],
    [
      '{"method":"eth_subscription","params":{"subscription":"0x1","result":{"a":[1]}}}',
      { kind: "event", subscription: '"0x1"', result: '{"a":[1]}' },
    ],
    [
      '{"method":"x","params":{"result":2,"x":{"subscription":"no"},"subscription":7}}',
      { kind: "event", subscription: "7", result: "2" },
    ],
    [
      '{"method":"x","params":{"subscription":"0x1","error":{}}}',
      { kind: "event", subscription: '"0x1"', result: null },
    ],
    ['{"method":"x","params":[1]}', { kind: "other" }],
    ['{"method":"x"}', { kind: "other" }],
    ['{"method":"x","id":5,"params":[]}', { kind: "other" }],
  ];
  for (const [text, message] of cases) assert.deepEqual(readMessage(text), message, text);
  for (
    const text of ["", "{", "[]", "1", "{}", '{"a":1}', '{"result":1} x', "{'id':1}", '{"id":1,}', "\u0000"]
  ) {
    assert.equal(readMessage(text).kind, "breach", text);
  }
});

Deno.test("subscriptionId() takes a string or a number, and nothing else", () => {
  const id = (result: string): string | null => subscriptionId(readMessage(`{"id":1,"result":${result}}`));
  assert.equal(id('"0xab"'), '"0xab"');
  assert.equal(id("12"), "12");
  for (const result of ["null", "true", "{}", "[]", "-1"]) assert.equal(id(result), null);
  assert.equal(subscriptionId(readMessage('{"id":1,"error":{},"result":"0x1"}')), null);
});

Deno.test("readMessage() takes exactly the objects that JSON.parse takes: 20,000 mutations", () => {
  const samples = [
    '{"jsonrpc":"2.0","id":5,"result":{"a":[1,2.5e3,"x\\u0041"],"b":null}}',
    '{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"0x1","result":[true]}}',
  ];
  const alphabet = '{}[]",:\\0129.eE+-tfnu \n\u00e4';
  for (let seed = 1; seed <= 20_000; seed++) {
    const random = seededRandom(seed);
    let text = samples[seed % 2]!;
    for (let count = 1 + below(random, 3); count > 0; count--) {
      const at = below(random, text.length);
      text = text.slice(0, at) + alphabet[below(random, alphabet.length)] + text.slice(at + below(random, 3));
    }
    const message = readMessage(text);
    usualId(text);
    let isObject = false;
    try {
      const parsed: unknown = JSON.parse(text);
      isObject = typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
    } catch {
      // It is none.
    }
    if (!isObject) assert.equal(message.kind, "breach", text);
    else if (message.kind === "breach") assert.match(message.why, /neither an answer nor/, text);
  }
});
